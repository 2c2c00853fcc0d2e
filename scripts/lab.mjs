// The command line, installed and built on first use: npm run -s lab -- <command>
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { ensureBuilt, ensureInstalled, root } from './prepare.mjs'

/** Resolves to the exit code. */
export async function lab(args) {
  ensureInstalled()
  await ensureBuilt()
  // npm runs scripts in the package's folder; paths that people type are relative to where they stand.
  const child = spawn(process.execPath, [join(root, 'dist', 'lab.mjs'), ...args], { stdio: 'inherit', cwd: process.env.INIT_CWD ?? process.cwd() })
  // The child decides what Ctrl-C means; dying first would leave the terminal to a running child.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  return new Promise((resolve) => child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1))))
}

if (process.argv[1]?.endsWith('lab.mjs')) process.exit(await lab(process.argv.slice(2)))
