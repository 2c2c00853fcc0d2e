import type { Label, LabelSource, Opinion } from '../../protocol/label.ts'
import type { LeftOut, RowKind } from '../../protocol/labelRows.ts'
import type { Span } from '../../protocol/rollout.ts'
import { textHash } from '../anchors/textHash.ts'
import type { RowRollout } from './rowRollout.ts'

/** A trace `<step> ; <step> ; … answer <answer>`. */
export function trace(id: string, steps: readonly string[], answer = '4', more: Partial<RowRollout> = {}): RowRollout {
  const spans: Span[] = []
  let text = ''
  for (const [i, step] of steps.entries()) {
    text += (i === 0 ? '' : ' ; ') + step
    spans.push({ kind: 'step', from: text.length - step.length, to: text.length })
  }
  text += ` answer ${answer}`
  spans.push({ kind: 'answer', from: text.length - answer.length, to: text.length })
  return { id, kind: 'train', problemId: 'p1', answer, gold: '4', segments: [{ text, spans, samplePrompt: { text: '1 + 1 + 2 :' } }], ...more }
}

/** A rollout of several turns, with what a tool answered between them. */
export function turnsTrace(id: string, turns: readonly string[], told: readonly string[]): RowRollout {
  const spans: Span[] = []
  let text = turns[0]!
  for (const [i, answer] of told.entries()) {
    spans.push({ kind: 'tool', from: text.length + 1, to: text.length + 1 + answer.length })
    text += `\n${answer}\n${turns[i + 1]!}`
  }
  spans.push({ kind: 'answer', from: text.length - turns.at(-1)!.length, to: text.length })
  return { id, kind: 'train', problemId: 'p1', answer: null, gold: '4', segments: [{ text, spans, samplePrompt: { text: '1 + 1 + 2 :' } }] }
}

export const byId = (...rollouts: readonly RowRollout[]): Map<string, RowRollout> => new Map(rollouts.map((rollout) => [rollout.id, rollout]))

let drawn = 0
/** A label of `ada` on the whole trace, or on a step of it. */
export function label(rollout: RowRollout, opinion: Opinion, more: Partial<Label> & { readonly step?: number } = {}): Label {
  const { step, ...rest } = more
  const { text, spans } = rollout.segments[0]!
  const place = step === undefined ? { from: 0, to: text.length } : spans.filter(({ kind }) => kind === 'step')[step]!
  const at = new Date(Date.UTC(2030, 0, 1) + drawn++ * 1000).toISOString()
  return {
    version: 1, id: `label-${String(drawn).padStart(5, '0')}`, labeler: 'ada', at, run: 'run', rollout: rollout.id, problemId: rollout.problemId,
    anchor: { segment: 0, textHash: textHash(text), from: place.from, to: place.to, ...(step === undefined ? {} : { step }) },
    opinion, source: { kind: 'human' }, draft: false, qualityControl: false, seconds: 2, blind: false,
    createdAt: at, firstId: `label-${drawn}`, resolved: false, replies: [], ...rest
  } as Label
}

export const verdict = (right: boolean): Opinion => ({ kind: 'verdict', right })
export const rating = (value: -1 | 0 | 1 | 'unsure'): Opinion => ({ kind: 'stepRating', rating: value })
export const firstError = (step: number | null): Opinion => ({ kind: 'firstError', step })
export const critique = (text: string): Opinion => ({ kind: 'critique', text })
export const better = (of: 'step' | 'answer' | 'trace', text: string): Opinion => ({ kind: 'better', of, text })
export const prefers = (preferred: 'this' | 'other' | 'equal', other: RowRollout, rationale = ''): Opinion =>
  ({ kind: 'preference', other: { rollout: other.id, textHash: textHash(other.segments[0]!.text) }, preferred, rationale })

export const MODEL: LabelSource = { kind: 'model', provider: 'vscode.lm', model: 'some-model' }
export const ORACLE: LabelSource = { kind: 'scripted', name: 'oracle', errorRate: 0, laziness: 0, bias: 0, seed: 1 }

/** `<count> <kind>: <reason>` of each. */
export const told = (leftOut: readonly LeftOut[], kind?: RowKind): string[] =>
  leftOut.filter((one) => kind === undefined || one.kind === kind).map((one) => `${one.count} ${one.kind}: ${one.reason}`).sort()
