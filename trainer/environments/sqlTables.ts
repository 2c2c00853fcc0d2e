import type { Random } from '../random/random.ts'

/** A column with the values that its rows may have: words, or whole numbers from 1 to a largest one. */
export interface Column {
  readonly name: string
  readonly values: readonly string[] | number
}

export interface Table {
  readonly name: string
  readonly columns: readonly Column[]
}

/** Two tables that a column of each ties together. */
export interface Link {
  readonly from: string
  readonly to: string
  readonly column: string
}

const ITEMS = ['apple', 'bread', 'cheese', 'honey', 'salt'] as const
const TOWNS = ['bern', 'lima', 'oslo', 'rome'] as const
const NAMES = ['ada', 'ben', 'cleo', 'dora', 'emil', 'finn'] as const

export const TABLES: readonly Table[] = [
  { name: 'pets', columns: [{ name: 'name', values: NAMES }, { name: 'kind', values: ['bird', 'cat', 'dog'] }, { name: 'age', values: 20 }, { name: 'weight', values: 40 }] },
  { name: 'orders', columns: [{ name: 'customer', values: NAMES }, { name: 'item', values: ITEMS }, { name: 'amount', values: 30 }, { name: 'day', values: 28 }] },
  { name: 'items', columns: [{ name: 'item', values: ITEMS }, { name: 'price', values: 40 }, { name: 'stock', values: 40 }] },
  { name: 'shops', columns: [{ name: 'owner', values: NAMES }, { name: 'town', values: TOWNS }, { name: 'size', values: 40 }, { name: 'rent', values: 40 }] },
  { name: 'towns', columns: [{ name: 'town', values: TOWNS }, { name: 'people', values: 40 }, { name: 'height', values: 40 }] }
]
export const LINKS: readonly Link[] = [{ from: 'orders', to: 'items', column: 'item' }, { from: 'shops', to: 'towns', column: 'town' }]

export const LARGEST_NUMBER = 40
/** Rows of a table, fewer where a column that ties tables has fewer values. */
const ROWS = 6

export const isNumber = ({ values }: Column): boolean => typeof values === 'number'

export const tableNamed = (name: string): Table => TABLES.find((table) => table.name === name)!

/** Tables and columns that another table points to have each value once, as a key. */
const isKey = (table: Table, { name }: Column): boolean => LINKS.some(({ to, column }) => to === table.name && column === name)

/**
 * SQL that makes and fills tables. The numbers of a column are distinct, so that an order by it is one order, and rows stand in the order
 * drawn.
 */
export function drawDatabase(tables: readonly Table[], random: Random): string {
  return tables.map((table) => `${createTable(table)}\n${insertRows(table, random)}`).join('\n')
}

const createTable = ({ name, columns }: Table): string =>
  `create table ${name} (${columns.map((column) => `${column.name} ${isNumber(column) ? 'integer' : 'text'}`).join(', ')});`

function insertRows(table: Table, random: Random): string {
  const drawn = table.columns.map((column) => drawColumn(table, column, random))
  const count = Math.min(...drawn.map((values) => values.length))
  const rows = Array.from({ length: count }, (_, i) => `(${drawn.map((values) => values[i]).join(', ')})`)
  return `insert into ${table.name} values ${rows.join(', ')};`
}

function drawColumn(table: Table, column: Column, random: Random): string[] {
  const { values } = column
  if (typeof values === 'number') return random.shuffle(Array.from({ length: values }, (_, i) => String(i + 1))).slice(0, ROWS)
  const drawn = isKey(table, column) ? random.shuffle(values) : Array.from({ length: ROWS }, () => random.pick(values))
  return drawn.map((value) => `'${value}'`)
}
