import type { RolloutFilter } from '../../../trainer/protocol/rolloutViews.ts'
import { visibleLine } from '../../protocol/visibleText.ts'
import { stopWord } from '../../protocol/stopWords.ts'
import { readWhere, writeWhere } from './brushedWhere.ts'
import type { BrushedWhere } from './brushedWhere.ts'

/** One condition of a filter, in words, and the filter without it. */
export interface FilterChip {
  readonly label: string
  readonly without: RolloutFilter
}

/** States that labels give a rollout, in words. */
export const LABEL_WORDS = { unlabelled: 'unlabelled', labelled: 'labelled', drafts: 'with drafts', flagged: 'flagged', disagreeing: 'labelers differ' } as const

interface Bounds {
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/** The conditions of a filter, one chip each. */
export function chipsOf(filter: RolloutFilter): readonly FilterChip[] {
  const chips: FilterChip[] = []
  const add = (key: keyof RolloutFilter, label: string) => chips.push({ label, without: without(filter, key) })
  if (filter.steps) add('steps', `step ${boundsText(filter.steps)}`)
  if (filter.kinds?.length) add('kinds', filter.kinds.join(' or '))
  if (filter.reward) add('reward', `reward ${boundsText(filter.reward)}`)
  for (const [name, bounds] of Object.entries(filter.parts ?? {})) chips.push({ label: `${name} ${boundsText(bounds)}`, without: withoutPart(filter, name) })
  if (filter.verdicts?.length) add('verdicts', filter.verdicts.map((verdict) => (verdict === 'notScorable' ? 'not scorable' : verdict)).join(' or '))
  if (filter.stopReasons?.length) add('stopReasons', `stopped: ${filter.stopReasons.map(stopWord).join(' or ')}`)
  if (filter.zeroVariance !== undefined) add('zeroVariance', filter.zeroVariance ? 'all rewards of the group equal' : 'rewards of the group differ')
  if (filter.kept !== undefined) add('kept', filter.kept ? 'kept by the group filter' : 'dropped by the group filter')
  if (filter.environments?.length) add('environments', filter.environments.join(' or '))
  if (filter.problemId !== undefined) add('problemId', `problem ${filter.problemId}`)
  if (filter.group !== undefined) add('group', `group ${filter.group}`)
  if (filter.tokens) add('tokens', `tokens ${boundsText(filter.tokens)}`)
  if (filter.text) add('text', `contains “${filter.text}”`)
  if (filter.superseded) add('superseded', 'with attempts done again')
  if (filter.labels?.length) add('labels', filter.labels.map((state) => LABEL_WORDS[state]).join(' or '))
  return [...chips, ...whereChips(filter)]
}

/** What was typed and each range that was drawn: one can go without the other. */
function whereChips(filter: RolloutFilter): FilterChip[] {
  const { typed, ranges } = readWhere(filter.where)
  const chip = (label: string, rest: BrushedWhere): FilterChip => ({ label, without: withCondition(filter, 'where', writeWhere(rest)) })
  return [
    ...(typed === '' ? [] : [chip(`where ${typed}`, { typed: '', ranges })]),
    ...ranges.map((range) => chip(`${range.column} ${boundsText(range)}`, { typed, ranges: ranges.filter((other) => other !== range) }))
  ]
}

/** The range that two inputs say, undefined where both are empty; or what is wrong with them, in words. */
export function readBounds(from: string, to: string, integers = false): { readonly bounds: Bounds | undefined } | { readonly mistake: string } {
  const wrong = [from, to].find((text) => text.trim() !== '' && readNumber(text, integers) === undefined)
  if (wrong !== undefined) return { mistake: `“${visibleLine(wrong.trim(), 40)}” is no number${wrong.includes(',') ? ': decimals are written with a point, as in 0.5' : ''}.` }
  const low = readNumber(from, integers)
  const high = readNumber(to, integers)
  if (low === undefined && high === undefined) return { bounds: undefined }
  return { bounds: { ...(low !== undefined && { from: low }), ...(high !== undefined && { to: high }) } }
}

/** The filter with one condition replaced, or removed where the new value is undefined or empty. */
export function withCondition<K extends keyof RolloutFilter>(filter: RolloutFilter, key: K, value: RolloutFilter[K] | undefined): RolloutFilter {
  const empty = value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  return empty ? without(filter, key) : { ...filter, [key]: value }
}

export function withPart(filter: RolloutFilter, name: string, bounds: Bounds | undefined): RolloutFilter {
  if (!bounds) return withoutPart(filter, name)
  return { ...filter, parts: { ...filter.parts, [name]: bounds } }
}

export function boundsText({ from, to }: Bounds): string {
  if (from !== undefined && from === to) return boundText(from)
  if (from === undefined) return to === undefined ? '' : `≤ ${boundText(to)}`
  return to === undefined ? `≥ ${boundText(from)}` : `${boundText(from)} to ${boundText(to)}`
}

/** Without the last digits, in which a range that was drawn ends just below the next bin. */
const boundText = (value: number): string => (Math.abs(value) === Number.MIN_VALUE ? '0' : String(Number(value.toPrecision(12))))

function without(filter: RolloutFilter, key: keyof RolloutFilter): RolloutFilter {
  return Object.fromEntries(Object.entries(filter).filter(([name]) => name !== key))
}

function withoutPart(filter: RolloutFilter, part: string): RolloutFilter {
  const parts = Object.fromEntries(Object.entries(filter.parts ?? {}).filter(([name]) => name !== part))
  return Object.keys(parts).length === 0 ? without(filter, 'parts') : { ...filter, parts }
}

function readNumber(text: string, integer: boolean): number | undefined {
  const trimmed = text.trim().replace('−', '-')
  const value = Number(trimmed)
  if (trimmed === '' || !Number.isFinite(value)) return undefined
  return integer ? Math.max(0, Math.round(value)) : value
}
