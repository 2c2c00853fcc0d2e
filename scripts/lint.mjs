// ESLint and the type checker over every runtime.
import { ensureInstalled, run } from './prepare.mjs'

ensureInstalled()
run('npx', ['eslint', '.', '--max-warnings=0'])
run('npx', ['tsc', '-b'])
