import type { Label } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { sourceOf } from '../comments/threadTexts.ts'
import { stepOn } from '../traces/positions.ts'
import type { Projection, StepPlace } from '../traces/projection.ts'
import { verdictOf } from '../traces/spanHeadings.ts'
import { number, oneLine, partText, rewardWord, verdictWord } from '../traces/traceFacts.ts'
import { counts, isOf, sayingsOfStep } from './ownOpinions.ts'
import { sayingText } from './stepMarks.ts'

interface Hovered {
  readonly rollout: Rollout
  readonly projection: Projection
  readonly labels: readonly Label[]
}

/** What is known of a line, a row each; none where there is nothing to say. Rows hold anybody's text, on one line. */
export function hoverRows(hovered: Hovered, line: number): readonly string[] {
  const step = stepOn(hovered.projection, line)
  if (step) return stepRows(hovered, step)
  const fact = hovered.projection.facts.find((each) => each.line === line)
  const isHeading = hovered.projection.segments.some(({ heading }) => heading === line)
  if (fact?.fact === 'part') return hovered.rollout.reward.parts[fact.index] ? [partText(hovered.rollout.reward.parts[fact.index]!)] : []
  return fact || isHeading ? traceRows(hovered) : []
}

function traceRows({ rollout, labels }: Hovered): readonly string[] {
  const verdicts = labels.filter(counts).flatMap((label) => (isOf(label, 'verdict') ? [`${nameOf(label)}: ${label.opinion.right ? 'right' : 'wrong'}`] : []))
  return [
    `Graded ${verdictWord(rollout.correct)}`,
    `Reward ${rewardWord(rollout.reward.total)}${rollout.reward.parts.length > 0 ? ', the sum of:' : ''}`,
    ...rollout.reward.parts.map((part) => `  ${partText(part)}`),
    ...(verdicts.length > 0 ? ['Verdicts of labelers', ...verdicts.map((verdict) => `  ${verdict}`)] : [])
  ]
}

function stepRows({ rollout, labels }: Hovered, place: StepPlace): readonly string[] {
  const checked = place.segment === 0 ? verdictOf(place, rollout.steps) : undefined
  const said = sayingsOfStep(labels, place.segment, place.step)
  return [
    `Step ${place.step + 1}`,
    ...(checked ? [`Checked: ${checked.ok === null ? 'not checkable' : checked.ok ? 'right' : 'wrong'}. ${oneLine(checked.why)}`] : []),
    ...tokenRows(rollout, place),
    ...said.map(sayingText)
  ]
}

/** Means over the tokens that end in the step, in nats, of what was recorded of each token; nothing where none ends in it. */
function tokenRows(rollout: Rollout, { segment, from, to }: StepPlace): readonly string[] {
  const { tokenEnds, logprobs, entropies, advantages } = rollout.segments[segment]!
  const inside = tokenEnds.flatMap((end, index) => (end > from && end <= to ? [index] : []))
  if (inside.length === 0) return []
  const mean = (name: string, values: readonly number[] = []): string[] =>
    values.length === tokenEnds.length ? [`mean ${name} ${number(inside.reduce((sum, index) => sum + values[index]!, 0) / inside.length)}`] : []
  const means = [...mean('log-probability', logprobs), ...mean('entropy', entropies), ...mean('advantage', advantages)]
  return [`${inside.length} tokens${means.length > 0 ? `: ${means.join(', ')}` : ''}`]
}

const nameOf = ({ labeler, source }: Label): string => (source.kind === 'human' ? labeler : sourceOf(source))
