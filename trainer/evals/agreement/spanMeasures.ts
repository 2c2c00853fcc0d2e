import type { AgreementMeasure } from '../../protocol/labelViews.ts'
import type { Label } from '../../protocol/label.ts'
import { measure } from './measures.ts'
import { raterOf } from './rater.ts'
import { SPAN_CELLS, spanF1, spanTally } from './spanAgreement.ts'
import type { MarkedSpan } from './spanAgreement.ts'
import { estimateTallies } from './tally.ts'
import type { Tally } from './tally.ts'

/** Rollout, segment and hash of its text. */
type Place = string
interface Marks {
  readonly spans: Map<Place, MarkedSpan[]>
  /** Where the rater said anything at all. */
  readonly seen: Set<Place>
}

const SEED = 1

/** Agreement of each two raters on which text deserves a remark; only what stands on a part of a trace marks text. */
export function* spanMeasures(labels: Iterable<Label>): Generator<AgreementMeasure> {
  const marks = [...marksOf(labels)].sort(([a], [b]) => (a < b ? -1 : 1)).filter(([, { spans }]) => spans.size > 0)
  for (const [i, [first, own]] of marks.entries()) {
    for (const [second, others] of marks.slice(i + 1)) {
      const both = [...own.seen].filter((place) => others.seen.has(place) && (own.spans.has(place) || others.spans.has(place)))
      if (both.length === 0) continue
      const tallies = both.map((place): Tally => spanTally(own.spans.get(place) ?? [], others.spans.get(place) ?? []))
      const [estimate] = estimateTallies(tallies, SPAN_CELLS, [spanF1], SEED)
      yield measure('spanF1', { subject: 'spans', what: 'Remarks', between: `${first} and ${second}`, items: both.length, undefinedBecause: 'nobody marked any text' }, estimate!)
    }
  }
}

/** By rater's name. */
function marksOf(labels: Iterable<Label>): Map<string, Marks> {
  const raters = new Map<string, Marks>()
  for (const label of labels) {
    if (label.draft) continue
    const { anchor, opinion, rollout } = label
    const { name } = raterOf(label)
    const place = `${rollout} ${anchor.segment} ${anchor.textHash}`
    const marks = raters.get(name) ?? { spans: new Map<Place, MarkedSpan[]>(), seen: new Set<Place>() }
    raters.set(name, marks)
    marks.seen.add(place)
    if ((opinion.kind !== 'note' && opinion.kind !== 'critique') || anchor.from >= anchor.to) continue
    marks.spans.set(place, [...(marks.spans.get(place) ?? []), anchor])
  }
  return raters
}
