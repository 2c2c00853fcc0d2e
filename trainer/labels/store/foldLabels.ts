import type { Label, LabelRecord, Opinion } from '../../protocol/label.ts'
import { originOf } from './foldOrigin.ts'
import { foldThreads } from './foldThreads.ts'
import { foldVersions } from './foldVersions.ts'
import type { Versions } from './foldVersions.ts'
import { byTime } from './labelOrder.ts'

type RecordOf<K extends Opinion['kind']> = LabelRecord & { readonly opinion: Extract<Opinion, { kind: K }> }

/**
 * Labels as people see them, oldest first: edits applied, deletions gone, replies beneath in one row, drafts with what became
 * of them. What is said of a version is said of all. An edit or deletion by somebody else than the labeler does not count (the
 * would-be edit stands as a label of its own); a deletion can itself be taken back by deleting it. A reply whose thread is
 * gone stands by itself.
 */
export function foldLabels(records: readonly LabelRecord[]): Label[] {
  const sorted = [...records].sort(byTime)
  const remarks = sorted.filter(isRemark)
  const deleted = deletedIds(sorted)
  const living = foldVersions(sorted.filter((record) => !isRemark(record))).filter(({ all }) => !all.some(({ id }) => deleted.has(id)))
  const firstIds = new Map(living.flatMap(({ all, first }) => all.map(({ id }) => [id, first.id] as const)))
  const said = lastSaid(remarks.filter(({ id }) => !deleted.has(id)), firstIds)
  return foldThreads(living.map((versions) => labelOf(versions, said)), firstIds)
}

/** Whether a record speaks of another record rather than of a rollout. */
const isRemark = (record: LabelRecord): boolean => is(record, 'resolved') || is(record, 'decision') || is(record, 'deleted')
const is = <K extends Opinion['kind']>(record: LabelRecord, kind: K): record is RecordOf<K> => record.opinion.kind === kind

/** Ids that deletions name, of records of the same labeler. A deletion that is deleted itself does nothing. */
function deletedIds(sorted: readonly LabelRecord[]): ReadonlySet<string> {
  const byId = new Map(sorted.map((record) => [record.id, record]))
  const deleted = new Set<string>()
  // The newest first: whether it holds depends on none that is older.
  for (const record of [...sorted].reverse()) {
    if (is(record, 'deleted') && !deleted.has(record.id) && byId.get(record.opinion.of)?.labeler === record.labeler) deleted.add(record.opinion.of)
  }
  return deleted
}

/** What was last said of a label, by its first id. */
interface LastSaid {
  readonly resolved: ReadonlyMap<string, boolean>
  readonly decisions: ReadonlyMap<string, NonNullable<Label['decision']>>
}

function lastSaid(remarks: readonly LabelRecord[], firstIds: ReadonlyMap<string, string>): LastSaid {
  const resolved = new Map<string, boolean>()
  const decisions = new Map<string, NonNullable<Label['decision']>>()
  for (const record of remarks) {
    const of = is(record, 'resolved') || is(record, 'decision') ? firstIds.get(record.opinion.of) : undefined
    if (of === undefined) continue
    if (is(record, 'resolved')) resolved.set(of, record.opinion.resolved)
    if (is(record, 'decision')) decisions.set(of, record.opinion.decision)
  }
  return { resolved, decisions }
}

function labelOf(versions: Versions, { resolved, decisions }: LastSaid): Label {
  const { first, newest } = versions
  const decision = decisions.get(first.id)
  const suggestedBy = originOf(versions)
  return {
    ...newest, ...(suggestedBy && { suggestedBy }), firstId: first.id, createdAt: first.at, resolved: resolved.get(first.id) ?? false, replies: [],
    ...(newest === first ? {} : { editedAt: newest.at }),
    ...(decision === undefined ? {} : { decision })
  }
}
