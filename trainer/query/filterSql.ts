import type { RolloutFilter, RolloutSort } from '../protocol/rolloutViews.ts'
import { sqlText } from '../stores/duckDb.ts'
import { samePart } from '../stores/partNames.ts'
import { PART_PREFIX, sqlName } from '../stores/rolloutColumns.ts'

/** A filter as a condition over the columns of `selectRows`; `text` and `where` come to it as tables of matching rows. */
export function filterSql(filter: RolloutFilter, parts: readonly string[]): string {
  return conditions(filter, parts).join(' AND ') || 'true'
}

function conditions(filter: RolloutFilter, parts: readonly string[]): string[] {
  const { steps, kinds, reward, verdicts, stopReasons, zeroVariance, kept, environments, problemId, group, tokens, superseded } = filter
  return [
    ...(superseded === true ? [] : ['NOT superseded']),
    ...range('step', steps),
    ...oneOf('kind', kinds),
    ...range('reward', reward),
    ...Object.entries(filter.parts ?? {}).flatMap(([name, wanted]) => (samePart(parts, name) === undefined ? ['false'] : range(sqlName(PART_PREFIX + name), wanted))),
    ...(verdicts === undefined ? [] : [`(${verdicts.map((verdict) => VERDICTS[verdict]).join(' OR ') || 'false'})`]),
    ...oneOf('stopReason', stopReasons),
    ...flag('zeroVariance', zeroVariance),
    ...flag('kept', kept),
    ...oneOf('environment', environments),
    ...(problemId === undefined ? [] : [`problemId = ${sqlText(problemId)}`]),
    ...(group === undefined ? [] : [`"group" = ${sqlText(group)}`]),
    ...range('completionTokens', tokens)
  ]
}

const VERDICTS = { right: 'correct', wrong: 'NOT correct', notScorable: 'correct IS NULL' } as const

function range(column: string, wanted: { readonly from?: number | undefined; readonly to?: number | undefined } | undefined): string[] {
  const { from, to } = wanted ?? {}
  return [...(from === undefined ? [] : [`${column} >= ${literal(from)}`]), ...(to === undefined ? [] : [`${column} <= ${literal(to)}`])]
}

/** A double exactly; a plain decimal would be of a type that rounds. */
const literal = (value: number): string => `CAST('${value}' AS DOUBLE)`

function oneOf(column: string, wanted: readonly string[] | undefined): string[] {
  if (wanted === undefined) return []
  return [wanted.length === 0 ? 'false' : `${column} IN (${wanted.map(sqlText).join(', ')})`]
}

const flag = (column: string, wanted: boolean | undefined): string[] => (wanted === undefined ? [] : [wanted ? column : `NOT ${column}`])

/** ORDER BY of rollouts; equal ones in the order in which they were recorded. */
export function orderOfRollouts({ by, descending }: RolloutSort): string {
  const direction = descending ? 'DESC' : 'ASC'
  if (by === 'recorded') return `row ${direction}`
  const column = by === 'stopReason' ? 'CAST(stopReason AS VARCHAR)' : by
  return `${column} ${direction} NULLS LAST, row`
}

/** What groups are sorted by: the mean over the group's rollouts. */
export function valueOfGroup({ by }: RolloutSort): string {
  if (by === 'recorded') return 'min(row)'
  if (by === 'stopReason') return 'min(CAST(stopReason AS VARCHAR))'
  if (by === 'problemId') return 'min(problemId)'
  return `avg(CAST(${by} AS DOUBLE))`
}
