// npm start: train the default sample and show it learning.
import { lab } from './lab.mjs'

process.exit(await lab(['demo', ...process.argv.slice(2)]))
