import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { workerFolder } from './workerProgram.ts'

/** What a text of Python tells as JSON, with the folder of the worker's modules as its first argument. */
export function toldByPython(program: string, text: string, ...more: readonly string[]): unknown {
  const { stdout, stderr } = spawnSync(program, ['-s', '-B', '-c', text, workerFolder(), ...more], { encoding: 'utf8' })
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}
