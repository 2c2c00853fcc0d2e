import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { rolloutWithSteps } from '../../webviews/labeller/labeller.fixture.ts'
import { writeFinishedRun } from './finishedRun.ts'

const PER_GROUP = 4

/** A finished run of one step in `runsFolder`, whose traces have so many steps each; every second one is wrong. Returns its directory and rollouts. */
export async function writeTraceRun(runsFolder: string, name: string, traces: number, steps: number): Promise<{ readonly directory: string; readonly rollouts: readonly Rollout[] }> {
  const rollouts = Array.from({ length: traces }, (_, index) => trace(index, steps))
  return { directory: await writeFinishedRun(runsFolder, name, rollouts), rollouts }
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
