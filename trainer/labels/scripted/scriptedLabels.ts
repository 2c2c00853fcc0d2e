import { LABELS_VERSION } from '../../protocol/label.ts'
import type { Anchor, LabelRecordInput, Opinion } from '../../protocol/label.ts'
import type { StepVerdict } from '../../protocol/rollout.ts'
import { randomStream } from '../../random/random.ts'
import { anchorOf, traceAnchor } from '../anchors/makeAnchor.ts'
import type { Anchored } from '../anchors/makeAnchor.ts'
import { newLabelId } from '../store/labelId.ts'
import { judgedSegment } from './judgedSegment.ts'
import { judgeTrace } from './judgement.ts'
import type { Judgement, ScriptedLabeler } from './judgement.ts'

/** A rollout with what is recorded of its truth. */
export interface KnownRollout extends Anchored {
  readonly problemId: string
  readonly correct: boolean | null
  readonly steps: readonly StepVerdict[]
}

/** The critique that says this of a rollout; null = there are no words for it. `steps` end with the first that is called wrong, where the labeler stops there. */
export type CritiqueWriter<R extends KnownRollout> = (rollout: R, assessment: { readonly steps: readonly StepVerdict[]; readonly right: boolean }) => string | null

/** Names of scripted labelers begin so: nobody takes their labels for those of people. */
export const SCRIPTED_PREFIX = 'scripted-'

/** Labels of one rollout: a rating for each step read, the first error, the verdict, a critique, and that it is done. */
export function scriptedLabels<R extends KnownRollout>(rollout: R, labeler: ScriptedLabeler, run: string, at: Date, write: CritiqueWriter<R>): LabelRecordInput[] {
  const judgement = judgeTrace(rollout, labeler, randomStream('scripted labeler', labeler.seed, rollout.id))
  const segment = judgedSegment(rollout)
  const { name, errorRate, laziness, bias, seed } = labeler
  const common = {
    version: LABELS_VERSION, labeler: `${SCRIPTED_PREFIX}${labeler.name}`, at: at.toISOString(), run, rollout: rollout.id, problemId: rollout.problemId, blind: true,
    source: { kind: 'scripted', name, errorRate, laziness, bias, seed }
  } as const
  return opinionsOf(rollout, segment, judgement, write).map(({ anchor, opinion }) => ({ ...common, id: newLabelId(at.getTime()), anchor, opinion }))
}

interface Placed {
  readonly anchor: Anchor
  readonly opinion: Opinion
}

function opinionsOf<R extends KnownRollout>(rollout: R, segment: number, { steps, firstError, right }: Judgement, write: CritiqueWriter<R>): Placed[] {
  const whole = traceAnchor(rollout, segment)
  const places = steps.map(({ truth }) => anchorOf(rollout, segment, truth.from, truth.to))
  const ratings = steps.map(({ ok, read }, i): Placed => ({ anchor: places[i]!, opinion: { kind: 'stepRating', rating: ok === null ? 'unsure' : !ok ? -1 : read ? 1 : 0 } }))
  const known = right ?? (firstError === null ? null : false)
  const text = known === null ? null : write(rollout, { steps: steps.map(({ truth, ok }) => ({ ...truth, ok })), right: known })
  const first = firstError === null ? null : (places[firstError]!.step ?? firstError)
  const said: (Opinion | false)[] = [
    steps.length > 0 && { kind: 'firstError', step: first },
    right !== null && { kind: 'verdict', right },
    text !== null && text !== '' && { kind: 'critique', text },
    { kind: 'completed' }
  ]
  return [...ratings, ...said.filter((opinion) => opinion !== false).map((opinion) => ({ anchor: whole, opinion }))]
}
