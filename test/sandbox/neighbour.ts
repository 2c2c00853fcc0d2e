import assert from 'node:assert/strict'
import { Limits } from '../../trainer/protocol/execution.ts'
import type { CallEnd, ExecutionRequest, Sandbox } from '../../trainer/sandbox/sandbox.ts'

/** Computes with what hostile programs like to change, and tells what it finds of others. */
const PROGRAM = `
import json, math, os, random, sys

def neighbour(n):
    with open('own', 'w') as file:
        file.write('x' * n)
    return [len([n] * 3), sum([n, 2]), sorted([3, 1, n]), json.dumps([n]), math.floor(2.5), random.random(), sorted(os.listdir('.')), sorted(os.environ),
            sys.getrecursionlimit(), sys.path[1:] == [each for each in sys.path if each != os.getcwd()]]
`
const REQUEST: ExecutionRequest = {
  language: 'python', files: [{ path: 'neighbour.py', text: PROGRAM }],
  calls: [1, 2].map((n) => ({ style: 'call', function: 'neighbour', args: [n] })),
  limits: Limits.parse({ wallSeconds: 60, cpuSeconds: 60 })
}

/** A well-behaved candidate: whatever runs beside it or ran before it, its results are these. */
export class Neighbour {
  readonly #sandbox: Sandbox
  readonly #expected: readonly CallEnd[]

  private constructor(sandbox: Sandbox, expected: readonly CallEnd[]) {
    this.#sandbox = sandbox
    this.#expected = expected
  }

  static async moveIn(sandbox: Sandbox): Promise<Neighbour> {
    const { calls } = await sandbox.execute(REQUEST)
    assert.deepEqual(calls.map(({ end }) => end.ended), ['value', 'value'], JSON.stringify(calls))
    return new Neighbour(sandbox, calls.map(({ end }) => end))
  }

  async check(): Promise<void> {
    const { calls, sightings, limitsHit } = await this.#sandbox.execute(REQUEST)
    assert.deepEqual(calls.map(({ end }) => end), this.#expected)
    assert.deepEqual([calls.map(({ stdout, stderr }) => stdout + stderr), sightings, limitsHit], [['', ''], [], []])
  }

  /** Again and again until the attack is over. */
  async during<T>(attack: Promise<T>): Promise<T> {
    let over = false
    const ended = attack.finally(() => { over = true })
    ended.catch(() => undefined)
    do await this.check()
    while (!over)
    return ended
  }
}
