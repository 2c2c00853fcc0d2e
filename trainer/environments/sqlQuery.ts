import type { Random } from '../random/random.ts'
import { isNumber, LARGEST_NUMBER, LINKS, tableNamed, TABLES } from './sqlTables.ts'
import type { Column, Link, Table } from './sqlTables.ts'

type Aggregate = 'max' | 'min' | 'sum'
type Selected =
  | { readonly kind: 'column'; readonly column: string }
  | { readonly kind: 'count' }
  | { readonly kind: 'aggregate'; readonly function: Aggregate; readonly column: string }
  | { readonly kind: 'countEach'; readonly column: string }

/** What is asked of a database of one table, or of two that are tied. Columns of two tables are written with their table's name. */
export interface Query {
  readonly tables: readonly Table[]
  readonly link: Link | null
  readonly selected: Selected
  readonly where: { readonly column: string; readonly comparison: 'is' | 'above' | 'below'; readonly value: string } | null
  readonly order: { readonly column: string; readonly downwards: boolean; readonly first: number | null } | null
}

const ASKED: Readonly<Record<Aggregate, string>> = { max: 'largest', min: 'smallest', sum: 'total' }
const COMPARED = { is: '=', above: '>', below: '<' } as const

/** `list name of pets where age is above 3 by weight downwards first 2 ?`. */
export function askQuestion({ tables, selected, where, order }: Query): string {
  const from = tables.map(({ name }) => name).join(' with ')
  const asked =
    selected.kind === 'column' ? `list ${selected.column} of ${from}`
    : selected.kind === 'count' ? `count ${from}`
    : selected.kind === 'countEach' ? `count ${from} for each ${selected.column}`
    : `${ASKED[selected.function]} ${selected.column} of ${from}`
  const condition = where && (where.comparison === 'is' ? `where ${where.column} is ${where.value}` : `where ${where.column} is ${where.comparison} ${where.value}`)
  const sorted = order && `by ${order.column} ${order.downwards ? 'downwards' : 'upwards'}${order.first === null ? '' : ` first ${order.first}`}`
  return [asked, condition, sorted, '?'].filter((part) => part !== null).join(' ')
}

/** The query in words of SQL that stand between single spaces. */
export function formatQuery({ tables, link, selected, where, order }: Query): string {
  const [from, to] = tables
  const what =
    selected.kind === 'column' ? selected.column
    : selected.kind === 'count' ? 'count(*)'
    : selected.kind === 'countEach' ? `${selected.column} , count(*)`
    : `${selected.function} ( ${selected.column} )`
  const joined = link && to ? `join ${to.name} on ${link.from}.${link.column} = ${link.to}.${link.column}` : null
  const condition = where && `where ${where.column} ${COMPARED[where.comparison]} ${where.value}`
  const grouped = selected.kind === 'countEach' ? `group by ${selected.column}` : null
  const sorted = order && `order by ${order.column}${order.downwards ? ' desc' : ''}${order.first === null ? '' : ` limit ${order.first}`}`
  return [`select ${what} from ${from!.name}`, joined, condition, grouped, sorted].filter((part) => part !== null).join(' ')
}

/** Words of questions and queries. */
export const QUERY_WORDS: readonly string[] = [
  'list', 'of', 'count', 'for', 'each', 'with', 'largest', 'smallest', 'total', 'where', 'is', 'above', 'below', 'by', 'upwards', 'downwards', 'first', '?',
  'select', 'from', 'join', 'on', '=', '>', '<', 'group', 'order', 'desc', 'limit', 'count(*)', 'max', 'min', 'sum', '(', ')', ','
]

/** Columns as queries name them: bare in one table, with the table's name in two. */
const columnWords = (tables: readonly Table[]): { readonly text: string; readonly column: Column }[] =>
  tables.flatMap((table) => table.columns.map((column) => ({ text: tables.length > 1 ? `${table.name}.${column.name}` : column.name, column })))

export const COLUMN_WORDS: readonly string[] = [
  ...new Set([...TABLES.flatMap((table) => columnWords([table])), ...LINKS.flatMap(({ from, to }) => columnWords([tableNamed(from), tableNamed(to)]))].map(({ text }) => text))
]
export const VALUE_WORDS: readonly string[] = [
  ...new Set(TABLES.flatMap(({ columns }) => columns.flatMap(({ values }) => (typeof values === 'number' ? [] : values.map((value) => `'${value}'`))))),
  ...Array.from({ length: LARGEST_NUMBER }, (_, i) => String(i + 1))
]

export interface QueryShares {
  readonly joins: number
  readonly conditions: number
}

export function drawQuery(random: Random, { joins, conditions }: QueryShares): Query {
  const link = random.next() < joins ? random.pick(LINKS) : null
  const tables = link ? [tableNamed(link.from), tableNamed(link.to)] : [random.pick(TABLES)]
  const columns = columnWords(tables)
  const selected = drawSelected(columns, random)
  const where = random.next() < conditions ? drawCondition(random.pick(columns), random) : null
  const numbers = columns.filter(({ column }) => isNumber(column))
  const order = selected.kind === 'column' && random.next() < 0.4
    ? { column: random.pick(link ? numbers.filter(({ text }) => text.startsWith(`${link.from}.`)) : numbers).text, downwards: random.next() < 0.5, first: random.next() < 0.5 ? 1 + random.integer(3) : null }
    : null
  return { tables, link, selected, where, order }
}

type Named = ReturnType<typeof columnWords>[number]

function drawSelected(columns: readonly Named[], random: Random): Selected {
  const kind = random.next()
  if (kind < 0.5) return { kind: 'column', column: random.pick(columns).text }
  if (kind < 0.65) return { kind: 'count' }
  const numbers = columns.filter(({ column }) => isNumber(column))
  if (kind < 0.85) return { kind: 'aggregate', function: random.pick(['max', 'min', 'sum'] as const), column: random.pick(numbers).text }
  return { kind: 'countEach', column: random.pick(columns.filter((one) => !numbers.includes(one))).text }
}

function drawCondition({ text, column: { values } }: Named, random: Random): Query['where'] {
  if (typeof values !== 'number') return { column: text, comparison: 'is', value: `'${random.pick(values)}'` }
  // A side with at least half of the values: where no row is left in any database, a query that asks for nothing would be right.
  const comparison = random.pick(['above', 'below'] as const)
  const half = Math.floor(values / 2)
  const value = comparison === 'above' ? 1 + random.integer(half) : values - random.integer(half)
  return { column: text, comparison, value: String(value) }
}
