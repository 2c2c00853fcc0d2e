import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { rolloutWithSteps } from '../../webviews/labeller/labeller.fixture.ts'
import { writeFinishedRun } from './finishedRun.ts'

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
  const rewards = [{ name: 'answer' as const }, { name: 'module' as const, path: 'rewards/brevity.reward.ts', weight: 0.5, options: { most: 36 } }]
  const rollouts = Array.from({ length: 8 }, (_, i) => rewarded(i))
  const directory = await writeFinishedRun(runsFolder, name, rollouts, { environment: { name: 'countdown' }, rewards }, join(workspace, `${name}.run.json`))
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
