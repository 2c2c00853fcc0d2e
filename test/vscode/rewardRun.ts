import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { rolloutWithSteps } from '../../webviews/labeller/labeller.fixture.ts'

const AT = '2026-01-31T12:00:00.000Z'

/** Rewards what is short. Line 4 decides, line 5 answers. */
export const BREVITY = `interface Options { readonly most?: number }

export const brevity = (problem: unknown, completion: string, run: unknown, options: Options) => {
  const short = completion.length <= Number(options.most)
  return { score: short ? 1 : 0, why: \`\${completion.length} characters\` }
}
`

/** A workspace with the reward file \`rewards/brevity.reward.ts\`, and a finished run that it has rewarded: rollouts grow by a step each. */
export async function writeRewardRun(workspace: string, runsFolder: string, name: string): Promise<{ readonly directory: string; readonly file: string; readonly rollouts: readonly Rollout[] }> {
  const file = join(workspace, 'rewards', 'brevity.reward.ts')
  mkdirSync(join(workspace, 'rewards'), { recursive: true })
  writeFileSync(file, BREVITY)
  const directory = join(runsFolder, `grpo--${name}--0001`)
  const rewards = [{ name: 'answer' as const }, { name: 'module' as const, path: 'rewards/brevity.reward.ts', weight: 0.5, options: { most: 36 } }]
  const run = await createRun({
    directory, runId: `${name}-0001`, createdAt: new Date(AT), run: RunFile.parse({ name, model: 'models/none', environment: { name: 'countdown' }, rewards }),
    source: { path: join(workspace, `${name}.run.json`), text: '{}' }
  })
  const rollouts = Array.from({ length: 8 }, (_, i) => rewarded(i))
  try {
    const step = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const rollout of rollouts) step.append(rollout)
    step.seal(rollouts)
    run.state.write({ version: 1, runId: `${name}-0001`, status: 'finished', stage: 'rl', step: 1, steps: 1, seconds: 1, updatedAt: AT })
  } finally {
    run.close()
  }
  return { directory, file, rollouts }
}

function rewarded(index: number): Rollout {
  const [group, sample] = [String(index >> 2).padStart(3, '0'), index % 4]
  const base = rolloutWithSteps(sample + 1, `t000001.1-${group}-${String(sample).padStart(2, '0')}`)
  const { length } = base.segments[0]!.text
  const [right, short] = [sample % 2, Number(length <= 36)]
  return {
    ...base, group, sampleIndex: sample, problemId: `problem-${group}`, correct: right === 1,
    reward: { total: right + 0.5 * short, parts: [{ name: 'answer', score: right, weight: 1, why: 'compared' }, { name: 'brevity', score: short, weight: 0.5, why: `${length} characters` }] }
  }
}
