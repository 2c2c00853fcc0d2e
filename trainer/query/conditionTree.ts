import { LabError } from '../errors.ts'
import type { QueryDatabase } from './database.ts'

/**
 * What a condition may call: nothing that makes long values of short ones. DuckDB computes constants while it prepares a
 * statement, heeding neither limit nor interruption: `repeat('x', 1500000000)` would stop this process for a minute.
 */
const FUNCTIONS: ReadonlySet<string> = new Set([
  ...['+', '-', '*', '/', '//', '%', '^', '**', '&', '|', '~', '<<', '>>', '@', '||', '^@', '~~', '!~~', '~~*', '!~~*', '~~~'],
  ...['like_escape', 'not_like_escape', 'ilike_escape', 'not_ilike_escape', 'list_value', 'row', 'array_extract', 'array_slice', 'struct_extract'],
  ...['abs', 'ceil', 'ceiling', 'exp', 'floor', 'ln', 'log', 'log10', 'log2', 'mod', 'pow', 'power', 'random', 'round', 'sign', 'sqrt', 'trunc', 'isfinite', 'isinf', 'isnan'],
  ...['contains', 'ends_with', 'hash', 'instr', 'left', 'len', 'length', 'lower', 'ltrim', 'md5', 'position', 'prefix', 'regexp_extract', 'regexp_full_match', 'regexp_matches'],
  ...['right', 'rtrim', 'split_part', 'starts_with', 'strpos', 'substr', 'substring', 'suffix', 'trim', 'upper', 'greatest', 'least', 'ifnull', 'nullif', 'list_contains']
])
const NAMED = [...FUNCTIONS].filter((name) => /^[a-z]+$/.test(name)).sort()
const PLAIN: ReadonlySet<string> = new Set(['BETWEEN', 'CASE', 'CAST', 'COLLATE', 'COLUMN_REF', 'COMPARISON', 'CONJUNCTION', 'CONSTANT', 'FUNCTION', 'OPERATOR'])

interface Expression {
  readonly class?: unknown
  readonly function_name?: unknown
}

interface Tree {
  readonly error: boolean
  readonly error_message?: string
  readonly statements?: readonly { readonly node: { readonly type: string } }[]
}

/** Refuses a statement of one condition where it does more than look at a rollout. It is parsed for that, neither prepared nor run. @throws LabError `wrong-where` */
export async function requirePlainCondition(db: QueryDatabase, statement: string): Promise<void> {
  const options = ['skip_null', 'skip_empty', 'skip_default'].map((option) => `${option} := true`).join(', ')
  const [row] = await db.rows(`SELECT CAST(json_serialize_sql(CAST($statement AS VARCHAR), ${options}) AS VARCHAR) AS tree`, { parameters: { statement } })
  const tree = JSON.parse(row!['tree'] as string) as Tree
  if (tree.error) throw refused(`${tree.error_message ?? 'It is no condition'}.`, 'Check its parentheses and quotes.')
  if (tree.statements?.length !== 1 || tree.statements[0]!.node.type !== 'SELECT_NODE') throw refused('It is more than a condition.', 'Write a single condition.')
  for (const expression of expressionsOf(tree)) requirePlain(expression)
}

/** Everything of a tree that may be an expression; what stands in a constant is text of people. */
function* expressionsOf(tree: unknown): Generator<Expression> {
  const open: unknown[] = [tree]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue
    if (!Array.isArray(next)) yield next as Expression
    if ((next as Expression).class !== 'CONSTANT') open.push(...(Object.values(next) as unknown[]).filter((value) => value !== undefined))
  }
}

function requirePlain({ class: kind, function_name: name }: Expression): void {
  if (kind === 'SUBQUERY') throw refused('It contains a SELECT, but is asked of each rollout by itself.', 'Write the number in place of the SELECT, for example: reward >= 0.42')
  if (typeof name === 'string' && !FUNCTIONS.has(name.toLowerCase())) throw refused(`It calls ${name}, which no condition may.`, `It may call ${NAMED.join(', ')}.`)
  if (typeof kind === 'string' && !PLAIN.has(kind)) throw refused(`It contains a ${kind.toLowerCase()}.`, 'Compare columns of a rollout with values.')
}

const refused = (message: string, remedy: string): LabError => new LabError('usage', 'wrong-where', `The condition cannot be used. ${message}`, { place: 'where', remedy })
