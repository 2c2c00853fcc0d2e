// A process that records rollouts as a trainer does, at a steady rate: open steps, sealed with advantages, metrics, events, state.
// Arguments: run directory, rollouts a second, seconds. Says on standard output what it recorded when, one JSON line each.
import { setTimeout as wait } from 'node:timers/promises'
import { rollout, weighed } from '../../trainer/stores/fixtures.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import type { RunDirectory } from '../../trainer/stores/runDirectory.ts'

/** What was on the disk at a time. */
export interface Written {
  readonly at: number
  readonly rollouts: number
  /** Last step with metrics. */
  readonly step: number
}

const GROUPS = 64
const GROUP_SIZE = 8
const TICK_MS = 25
const TOKENS = 60

const [directory, perSecond, seconds] = [process.argv[2] ?? '', Number(process.argv[3]), Number(process.argv[4])]

async function main(): Promise<void> {
  const steps = Math.ceil((perSecond * seconds) / (GROUPS * GROUP_SIZE))
  const run = await createRun({
    directory, runId: 'live', source: { path: 'live.run.json', text: '{}' }, createdAt: new Date(),
    run: RunFile.parse({
      name: 'live', model: 'models/base', seed: 1, environment: { name: 'countdown' }, steps, problemsPerStep: GROUPS, groupSize: GROUP_SIZE,
      rewards: [{ name: 'answer', weight: 1 }]
    })
  })
  say({ at: Date.now(), rollouts: 0, step: 0 })
  state(run, 'running', 0, steps)
  // Whoever watches says when to begin.
  await new Promise((begin) => process.stdin.once('data', begin))
  const start = performance.now()
  let recorded = 0
  for (let step = 1; step <= steps; step++) {
    const open = run.rollouts.openStep({ kind: 'train', step })
    const own: Rollout[] = []
    while (own.length < GROUPS * GROUP_SIZE) {
      const due = Math.min(GROUPS * GROUP_SIZE - own.length, Math.floor(((performance.now() - start) / 1000) * perSecond) - recorded)
      for (let i = 0; i < due; i++) {
        const one = rollout({ step, group: Math.floor(own.length / GROUP_SIZE), sample: own.length % GROUP_SIZE, tokens: TOKENS })
        open.append(one)
        own.push(one)
        recorded++
      }
      if (due > 0) say({ at: Date.now(), rollouts: recorded, step: step - 1 })
      if (own.length < GROUPS * GROUP_SIZE) await wait(TICK_MS)
    }
    open.seal(weighed(own))
    finishStep(run, step, steps, own)
    say({ at: Date.now(), rollouts: recorded, step })
  }
  state(run, 'finished', steps, steps)
  run.close()
  process.stdin.destroy()
}

function finishStep(run: RunDirectory, step: number, steps: number, own: readonly Rollout[]): void {
  const at = new Date().toISOString()
  const right = own.filter(({ correct }) => correct).length / own.length
  const metrics = { 'reward/mean': right, 'train/passAt1': right, 'policy/entropy': 1 / step, 'gradient/norm': 1, 'groups/zeroVariance': 0.1, 'length/mean': TOKENS, 'rollouts/total': own.length }
  run.metrics.append({ version: 1, stage: 'rl', step, at, seconds: step, values: metrics })
  run.events.append({ version: 1, at, step, type: 'stepFinished', stage: 'rl', metrics })
  state(run, 'running', step, steps)
}

function state(run: RunDirectory, status: 'running' | 'finished', step: number, steps: number): void {
  run.state.write({ version: 1, runId: 'live', status, stage: 'rl', step, steps, seconds: step, updatedAt: new Date().toISOString() })
}

function say(written: Written): void {
  process.stdout.write(`${JSON.stringify(written)}\n`)
}

await main()
