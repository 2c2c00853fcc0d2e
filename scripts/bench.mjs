// npm run bench -- [name …] [--rounds N]: measures side by side and writes bench/.
import { spawnSync } from 'node:child_process'
import { ensureBuilt, ensureInstalled, root } from './prepare.mjs'
import { findPython } from './python.mjs'

ensureInstalled()
await ensureBuilt()
const python = findPython()
const { status } = spawnSync(process.execPath, ['--import', 'tsx', 'test/bench/main.ts', ...process.argv.slice(2)], {
  cwd: root, stdio: 'inherit', env: { ...process.env, ROLLOUT_LAB_PYTHON: python ?? '' }
})
process.exit(status ?? 1)
