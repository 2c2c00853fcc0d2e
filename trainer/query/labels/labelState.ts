import type { Label } from '../../protocol/label.ts'
import type { LabelState } from '../../protocol/labelViews.ts'
import { decidedDraft } from './drafts.ts'
import type { RunLabels } from './runLabels.ts'

/** What the index of labels knows of a rollout. */
export interface IndexedState extends LabelState {
  readonly labelled: boolean
  /** 1 where a model said last that the trace is right, 0 where it said wrong; null where none said either. Drafts count here. */
  readonly judge: number | null
  /** An item to control quality with: marked as one, or with a checker's label. */
  readonly known: boolean
  /** How often each labeler completed it. */
  readonly completions: ReadonlyMap<string, number>
}

export function stateOf(labels: RunLabels, rollout: string): IndexedState {
  const own = labels.of(rollout)
  const given = own.filter(({ draft }) => !draft)
  const completions = new Map<string, number>()
  for (const { opinion, labeler } of given) {
    if (opinion.kind === 'completed') completions.set(labeler, (completions.get(labeler) ?? 0) + 1)
  }
  return {
    labels: given.filter(({ opinion }) => opinion.kind !== 'completed').length, labelled: given.length + labels.pairedWith(rollout).filter(({ draft }) => !draft).length > 0,
    drafts: own.filter((label) => label.draft && decidedDraft(label) === 'open').length,
    flagged: given.some(({ opinion }) => opinion.kind === 'flag'), disagreeing: labels.disagreementsOn(rollout).length > 0,
    completedBy: [...completions.keys()].sort(), completions, judge: judgeOf(own), known: given.some(({ qualityControl, source }) => qualityControl || source.kind === 'checker')
  }
}

function judgeOf(labels: readonly Label[]): number | null {
  let said: number | null = null
  for (const { opinion, source, decision } of labels) {
    if (source.kind !== 'model' || decision === 'rejected') continue
    if (opinion.kind === 'verdict') said = Number(opinion.right)
    if (opinion.kind === 'firstError') said = Number(opinion.step === null)
  }
  return said
}
