import type { Label, Opinion } from '../../protocol/label.ts'
import type { RowKind } from '../../protocol/labelRows.ts'
import { orphanReason } from '../anchors/checkAnchor.ts'
import { sourceOf } from './labelSource.ts'
import type { LeftOutLabels, Reason } from './leftOut.ts'
import type { RowOptions } from './rowsOf.ts'
import type { RowRollout } from './rowRollout.ts'

/** Labels that may become rows of each kind, in the order of rollout, time and id. */
export type AdmittedLabels = Readonly<Record<RowKind, readonly Label[]>>

/** Kinds of rows that an opinion can give. A verdict also goes along with a critique, which counts for itself. */
export function rowKindsOf(opinion: Opinion): readonly RowKind[] {
  switch (opinion.kind) {
    case 'critique': return ['critiques']
    case 'verdict': return ['solutions']
    case 'stepRating': case 'firstError': return ['steps']
    case 'preference': return ['preferences']
    case 'better': return opinion.of === 'trace' ? ['solutions', 'preferences'] : ['preferences']
    default: return []
  }
}

export interface AdmissionOptions extends RowOptions {
  readonly includeQualityControl?: boolean
}

export function admit(
  labels: readonly Label[], rollouts: ReadonlyMap<string, RowRollout>, options: AdmissionOptions, leftOut: LeftOutLabels, kindsOf = rowKindsOf
): AdmittedLabels {
  const admitted: Record<RowKind, Label[]> = { critiques: [], solutions: [], steps: [], preferences: [] }
  for (const label of [...labels].sort(byPlaceAndTime)) {
    const kinds = isDecidedDraft(label) ? [] : kindsOf(label.opinion)
    const reason = kinds.length === 0 ? undefined : refusal(label, rollouts.get(label.rollout), options)
    for (const kind of kinds) {
      if (reason === undefined) admitted[kind].push(label)
      else leftOut.add(kind, reason, [label])
    }
  }
  return admitted
}

/** What it became counts in its place. */
const isDecidedDraft = ({ draft, decision }: Label): boolean => draft && (decision === 'accepted' || decision === 'edited')

function refusal(label: Label, rollout: RowRollout | undefined, options: AdmissionOptions): Reason | undefined {
  if (label.draft) return label.decision === 'rejected' ? 'rejected' : 'draft'
  if (options.labelers !== undefined && !options.labelers.includes(label.labeler)) return 'labeler'
  if (!options.includeModelSources && sourceOf(label).kind === 'model') return 'model'
  if (label.qualityControl && options.includeQualityControl !== true) return 'qualityControl'
  if (label.resolved && isJudgement(label.opinion)) return 'settled'
  const orphaned = label.orphaned ?? orphanReason(label, rollout ?? null)
  if (orphaned !== undefined) return orphaned
  return rollout?.kind === 'evaluation' && options.includeHeldOut !== true ? 'heldOut' : undefined
}

/** What labelers can differ on; of what they wrote, being resolved only says that it was dealt with. */
const isJudgement = ({ kind }: Opinion): boolean => kind === 'verdict' || kind === 'stepRating' || kind === 'firstError' || kind === 'preference'

const byPlaceAndTime = (a: Label, b: Label): number => compare(a.rollout, b.rollout) || byTime(a, b)

export const byTime = (a: Label, b: Label): number => compare(a.at, b.at) || compare(a.id, b.id)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
