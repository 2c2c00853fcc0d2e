import { join } from 'node:path'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { rolloutWithSteps } from '../../webviews/labeller/labeller.fixture.ts'

const AT = '2026-01-31T12:00:00.000Z'
const PER_GROUP = 4

/** A finished run of one step in `runsFolder`, whose traces have so many steps each; every second one is wrong. Returns its directory and rollouts. */
export async function writeTraceRun(runsFolder: string, name: string, traces: number, steps: number): Promise<{ readonly directory: string; readonly rollouts: readonly Rollout[] }> {
  const directory = join(runsFolder, `grpo--${name}--0001`)
  const run = await createRun({
    directory, runId: `${name}-0001`, createdAt: new Date(AT), run: RunFile.parse({ name, model: 'models/none' }), source: { path: `../../${name}.run.json`, text: '{}' }
  })
  const rollouts = Array.from({ length: traces }, (_, index) => trace(index, steps))
  try {
    const step = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const rollout of rollouts) step.append(rollout)
    step.seal(rollouts)
    run.state.write({ version: 1, runId: `${name}-0001`, status: 'finished', stage: 'rl', step: 1, steps: 1, seconds: 1, updatedAt: AT })
  } finally {
    run.close()
  }
  return { directory, rollouts }
}

function trace(index: number, steps: number): Rollout {
  const group = String(Math.floor(index / PER_GROUP)).padStart(3, '0')
  const sample = index % PER_GROUP
  const correct = sample % 2 === 0
  return {
    ...rolloutWithSteps(steps, `t000001.1-${group}-${String(sample).padStart(2, '0')}`), group, sampleIndex: sample, problemId: `problem-${group}`, correct,
    reward: { total: Number(correct), parts: [{ name: 'answer', score: Number(correct), weight: 1, why: 'the verifier’s own words' }] }
  }
}
