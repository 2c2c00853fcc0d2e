import { readRolloutTexts } from '../../stores/rolloutTexts.ts'
import type { RolloutTexts } from '../../stores/rolloutTexts.ts'
import { jointOf } from '../formats/joint.ts'
import type { RowRollout } from '../rows/rowRollout.ts'

/** Rollouts whose tokens are looked at for what stands between prompt and completion. */
const LOOKED_AT = 200

/** The rollouts with these ids by id, and the joint that their tokenizer needs as far as they show it. */
export async function readRowRollouts(runDirectory: string, ids: ReadonlySet<string>): Promise<{ readonly rollouts: Map<string, RowRollout>; readonly joint: '' | ' ' }> {
  const rollouts = new Map<string, RowRollout>()
  const looked: RolloutTexts['segments'] = []
  await readRolloutTexts(runDirectory, ids, (rollout) => {
    if (looked.length < LOOKED_AT) looked.push(...rollout.segments)
    rollouts.set(rollout.id, withoutTokens(rollout))
  })
  return { rollouts, joint: jointOf(looked) }
}

function withoutTokens({ id, kind, problemId, gold, answer, segments }: RolloutTexts): RowRollout {
  return { id, kind, problemId, gold, answer, segments: segments.map(({ text, spans, samplePrompt, trainPrompt }) => ({ text, spans, samplePrompt, trainPrompt })) }
}
