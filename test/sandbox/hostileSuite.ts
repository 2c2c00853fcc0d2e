import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { Limits } from '../../trainer/protocol/execution.ts'
import { descendants } from '../../trainer/sandbox/commands/processTree.ts'
import type { ExecutionOutcome, ExecutionRequest, Sandbox } from '../../trainer/sandbox/sandbox.ts'
import { layBait } from './bait.ts'
import type { LaidBait } from './bait.ts'
import { HOSTILE } from './hostile/battery.ts'
import { PRELUDE } from './hostile/program.ts'
import type { HostileProgram } from './hostile/program.ts'
import { Neighbour } from './neighbour.ts'
import type { Tried } from './workingBackends.ts'

const STILL_MS = 1000

/** Once nothing came or went for a while: on a busy machine a worker may start long after the first ones answer. */
async function settled(processes: () => readonly number[]): Promise<readonly number[]> {
  for (let last = processes(); ; ) {
    await wait(STILL_MS)
    const now = processes()
    if (isDeepStrictEqual(now, last)) return now
    last = now
  }
}

/**
 * Runs the hostile programs one by one, a well-behaved one beside each; what each leaves is looked for at once. In plain processes only
 * what limits stand against is tried: the rest would succeed.
 */
export function describeHostile({ backend, walls, warm }: Tried): void {
  describe(`hostile programs in ${backend.name}`, () => {
    let sandbox: Sandbox
    let bait: LaidBait
    let neighbour: Neighbour
    let own: readonly number[]
    let temporary: TemporaryFolder
    /** Processes of this one that are none of the sandbox's. */
    let others: readonly number[]
    const ofSandbox = (): number[] => descendants(process.pid).filter((pid) => !others.includes(pid)).sort()

    before(async () => {
      temporary = privateTemporaryFolder()
      others = descendants(process.pid)
      sandbox = await backend.open()
      neighbour = await Neighbour.moveIn(sandbox)
      await Promise.all(Array.from({ length: 6 }, () => neighbour.check()))
      own = await settled(ofSandbox)
      bait = await layBait([process.pid, ...own])
    })

    after(async () => {
      await sandbox.close()
      bait.remove()
      const left = [ofSandbox(), readdirSync(temporary.folder)]
      temporary.remove()
      assert.deepEqual(left, [[], []], 'processes or files left')
    })

    for (const [what, programs] of Object.entries(HOSTILE)) {
      describe(what, () => {
        for (const program of programs.filter(({ against }) => walls || against === 'limits')) {
          it(program.name, async () => {
            const before = bait.state()
            const outcome = await neighbour.during(sandbox.execute(requestOf(program, bait)))
            checkOutcome(program, outcome)
            assert.doesNotMatch(JSON.stringify(outcome), new RegExp(bait.secret), 'the secret came out')
            assert.deepEqual([bait.state(), bait.visitors()], [before, 0])
            if (warm) assert.deepEqual(ofSandbox(), own, 'processes left, or a worker lost')
            // In both workers, where they live on.
            if (warm) await Promise.all([neighbour.check(), neighbour.check()])
          })
        }
      })
    }
  })
}

interface TemporaryFolder {
  readonly folder: string
  remove(): void
}

/** Where sandboxes put what they need on disk, so that what they leave there is seen. */
function privateTemporaryFolder(): TemporaryFolder {
  const before = process.env['TMPDIR']
  const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-left-'))
  process.env['TMPDIR'] = folder
  return {
    folder,
    remove: () => {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      rmSync(folder, { recursive: true })
    }
  }
}

function requestOf({ text, files = [], limits }: HostileProgram, { secret: _, ...bait }: LaidBait): ExecutionRequest {
  const told = JSON.stringify(JSON.stringify(bait))
  return {
    language: 'python', files: [{ path: 'attack.py', text: `${PRELUDE}\nBAIT = __import__('json').loads(${told})\n${text}` }, ...files],
    calls: [{ style: 'call', function: 'attack', args: [] }], limits: Limits.parse({ wallSeconds: 30, cpuSeconds: 30, ...limits })
  }
}

function checkOutcome({ ends = ['value'], value = 'refused', hits, seen }: HostileProgram, { calls, limitsHit, sightings }: ExecutionOutcome): void {
  const told = JSON.stringify({ calls, limitsHit, sightings }).slice(0, 2000)
  assert.equal(calls.length, 1)
  const { end } = calls[0]!
  assert.ok(ends.includes(end.ended), told)
  if (end.ended === 'value') assert.deepEqual(end.value, value, told)
  if (hits && end.ended !== 'value') assert.ok(hits.some((limit) => limitsHit.includes(limit)), told)
  if (seen) assert.ok(sightings.some(({ kind }) => kind === seen), told)
}
