// Programs whose output is kept to be printed in one piece.
import { spawn } from 'node:child_process'
import { root } from './prepare.mjs'

/** Runs a program in the repository's root. `status` is null where a signal ended it. */
export function runPrinting(program, args, { env = process.env, shell = false } = {}) {
  const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], env, shell })
  const parts = []
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => parts.push(part))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status, signal) => resolve({ status, signal, output: Buffer.concat(parts).toString() }))
  })
}
