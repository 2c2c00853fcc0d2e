import type { AgreementMeasure, Disagreement } from '../../trainer/protocol/labelViews.ts'
import { plainLine } from '../plainText.ts'
import { columns } from './columns.ts'

/** Characters of a line of prose. */
const LINE = 96

/** How far those who labelled a run agree: every measure with its interval and definition, and what they differ on. */
export function agreementReport(run: string, measures: readonly AgreementMeasure[], differing: { readonly count: number; readonly rows: readonly Disagreement[] }): string {
  if (measures.length === 0) return `Nothing of ${plainLine(run, 100)} was judged yet: agreement is told of verdicts, ratings, first errors, preferences, marked text and label sets.\n`
  const rows = measures.map((one) => [plainLine(one.title, 100), plainLine(one.between, 200), valueOf(one), one.value === null ? plainLine(one.why ?? '', 200) : `${one.items} items`])
  return [
    `Agreement of those who labelled ${plainLine(run, 100)}.`, 'Drafts do not count; what was made of a model’s draft counts apart.', '',
    columns([['measure', 'between', 'value [95 % interval]', ''], ...rows]), '',
    ...definitionsOf(measures), '',
    differing.count === 0 ? 'Nobody differs.' : `They differ on ${differing.count} ${differing.count === 1 ? 'item' : 'items'}; Adjudicate Disagreements settles them.`,
    ...(differing.count > 0 ? ['', columns(differing.rows.map((one) => [plainLine(one.rollout, 100), subjectOf(one), opinionsOf(one)]))] : []),
    ...(differing.rows.length < differing.count ? [`… and ${differing.count - differing.rows.length} more.`] : []), ''
  ].join('\n')
}

function valueOf({ value, low, high }: AgreementMeasure): string {
  if (value === null) return '–'
  return low === null || high === null ? value.toFixed(3) : `${value.toFixed(3)} [${low.toFixed(3)}, ${high.toFixed(3)}]`
}

/** Each definition once, under the name of the measure without what it was taken of. */
function definitionsOf(measures: readonly AgreementMeasure[]): string[] {
  const told = new Map(measures.map(({ title, definition }) => [title.slice(title.lastIndexOf(': ') + 2), definition]))
  return [...told].flatMap(([name, definition]) => [plainLine(name, 100), ...wrapped(plainLine(definition, 600)).map((line) => `  ${line}`)])
}

/** Lines of whole words, where that can be. */
const wrapped = (text: string): string[] => text.match(new RegExp(`\\S.{0,${LINE - 1}}(?=\\s|$)|\\S+`, 'gu')) ?? []

const SUBJECTS: Readonly<Record<Disagreement['kind'], string>> = { verdict: 'verdict', firstError: 'first wrong step', stepRating: 'rating', preference: 'preference', rubric: 'label set' }

export const subjectOf = ({ kind, step }: Disagreement): string => (step === undefined ? SUBJECTS[kind] : `${SUBJECTS[kind]} of step ${step + 1}`)

/** `ann: right; bob: wrong`. */
export const opinionsOf = ({ opinions }: Disagreement): string => opinions.map(({ labeler, says }) => plainLine(`${labeler}: ${says}`, 200)).join('; ')
