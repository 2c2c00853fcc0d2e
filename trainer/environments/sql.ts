import { z } from 'zod'
import type { CodeTask, ExecutionRecord, TestCase } from '../protocol/execution.ts'
import { Limits } from '../protocol/execution.ts'
import { Share } from '../protocol/numbers.ts'
import type { Problem } from '../protocol/problem.ts'
import type { Random } from '../random/random.ts'
import { randomStream } from '../random/random.ts'
import { ANSWER, LINES, readTrace } from '../renderers/trace.ts'
import type { Environment } from './environment.ts'
import { gradeExecution, renderProgram } from './programGrade.ts'
import { findProgram } from './programText.ts'
import { asMessages, badPrompt } from './prompt.ts'
import { drawInSplit, problemId } from './split.ts'
import { askQuestion, COLUMN_WORDS, drawQuery, formatQuery, QUERY_WORDS, VALUE_WORDS } from './sqlQuery.ts'
import type { Query } from './sqlQuery.ts'
import { checkLinking, writeLinking } from './sqlLinking.ts'
import { drawDatabase, isNumber, tableNamed, TABLES } from './sqlTables.ts'
import type { Table } from './sqlTables.ts'

const NAME = 'sql'
/** Databases that a query is run on: what is right by chance on one of them fails on another. Their rows are never shown. */
const DATABASES = ['database 1', 'database 2', 'database 3', 'fresh database'].map((name) => ({ name, visible: false, fresh: name.startsWith('fresh') }))
/** As much memory as SQLite's sandbox has: a lower bound holds for its process, which would then serve one query alone. */
const LIMITS = Limits.parse({ wallSeconds: 2, cpuSeconds: 2, memoryMegabytes: 256, processes: 4 })

const SqlOptions = z.strictObject({
  joins: Share.default(0.25).describe('Share of questions about two tables.'),
  conditions: Share.default(0.6).describe('Share of questions with a condition.')
})
export type SqlOptions = z.infer<typeof SqlOptions>

const SqlMix = z.strictObject({
  linked: Share.default(0.4).describe('Share of traces that name the columns that the question is about before they write the query.'),
  slips: Share.default(0.6).describe('Share of the other traces that take a wrong column somewhere.')
})
export type SqlMix = z.infer<typeof SqlMix>

const INSTRUCTION =
  'Write an SQLite query that answers the question about the tables. Name the tables and columns that it is about, separated by “ ; ”, and end with ' +
  `the word “answer” and the query: pets ; name ; age ${ANSWER} select name from pets where age > 3`

/**
 * A schema and a question in, a query out; right where its result set is that of the gold query on every database that both are run
 * on, the order of rows only where one was asked for. Demonstrations that first name the columns write true queries, the others
 * often do not.
 */
export const sql: Environment<SqlOptions, SqlMix> = {
  name: NAME,
  title: 'SQL',
  description: 'Answer a question about tables with an SQLite query; result sets decide, on several databases.',
  options: SqlOptions,
  mix: SqlMix,
  vocabulary: [...new Set([
    '<eos>', ...TABLES.map(({ name }) => name), ...COLUMN_WORDS, ...VALUE_WORDS, ...QUERY_WORDS, 'table', 'text', 'integer', 'wrong', 'error', '|', ':', ';', ANSWER
  ])],
  generate: (random, split, options) => {
    const { query } = drawInSplit(NAME, split, () => {
      const drawn = drawQuery(random, options)
      return { query: drawn, key: promptOf(drawn, schemaOf(drawn.tables)) }
    })
    return problemOf(query, random)
  },
  solution: (problem) => `${writeLinking(goldOf(problem))} ${ANSWER} ${goldOf(problem)}`,
  demonstrate: (problem, random, mix) => demonstrate(problem, random, mix),
  render: (completion) => renderProgram(completion, LINES),
  grade: (completion, _, execution) => gradeExecution(NAME, completion, execution),
  checkSteps: (completion, problem) => checkLinking(readTrace(completion, LINES).steps, goldOf(problem)),
  code: { task, feedback }
}

/** The tables that a schema shows: those of the query and another one, in any order. */
function schemaOf(tables: readonly Table[], random?: Random): readonly Table[] {
  if (!random) return tables
  const others = TABLES.filter((table) => !tables.includes(table))
  return random.shuffle([...tables, random.pick(others)])
}

const formatTable = ({ name, columns }: Table): string => `table ${name} : ${columns.map((column) => `${column.name} ${isNumber(column) ? 'integer' : 'text'}`).join(' , ')}`

const promptOf = (query: Query, schema: readonly Table[]): string => `${schema.map(formatTable).join(' | ')} | ${askQuestion(query)} :`

/** The question alone decides the side of the split; which other table is shown does not. */
function problemOf(query: Query, random: Random): Problem {
  const schema = schemaOf(query.tables, random)
  const prompt = promptOf(query, schema)
  return {
    id: problemId(NAME, prompt), environment: NAME, prompt, messages: asMessages(INSTRUCTION, prompt), gold: formatQuery(query),
    params: { tables: query.tables.length, condition: query.where !== null, ordered: query.order !== null, language: 'sql' }
  }
}

function goldOf({ gold, prompt }: Problem): string {
  if (gold === undefined || !gold.startsWith('select ')) throw badPrompt(NAME, prompt, 'of a problem whose gold is a query')
  return gold
}

/** The tables in a prompt. Throws `environment/bad-prompt`. */
function tablesIn({ prompt }: Problem): readonly Table[] {
  const names = [...prompt.slice(0, 4000).matchAll(/(?:^|\| )table ([a-z]+) :/g)].map(([, name]) => name)
  const tables = TABLES.filter(({ name }) => names.includes(name))
  if (tables.length === 0) throw badPrompt(NAME, prompt, '“table pets : name text , age integer | list name of pets ? :”')
  return tables
}

function task(completion: string, problem: Problem): CodeTask | { readonly none: string } {
  const program = findProgram(completion)
  if ('none' in program) return program
  const [tables, gold] = [tablesIn(problem), goldOf(problem)]
  const ordered = gold.includes(' order by ')
  const tests = DATABASES.map((database): TestCase => ({
    style: 'query', ...database, gold, ordered, schema: drawDatabase(tables, randomStream('database', problem.id, database.name, database.fresh ? program.text : ''))
  }))
  return { kind: 'code', language: 'sql', files: [{ path: 'query.sql', text: program.text }], tests, limits: LIMITS }
}

/** Whether the query ran at all: no rows and no message of a database reach the prompt. */
function feedback({ tests }: ExecutionRecord): string {
  const failed = tests.find(({ verdict }) => verdict !== 'pass')
  return `| ${failed?.verdict === 'wrongValue' ? 'wrong' : 'error'} :`
}

function demonstrate(problem: Problem, random: Random, { linked, slips }: SqlMix): string {
  const gold = goldOf(problem)
  if (random.next() < linked) return `${writeLinking(gold)} ${ANSWER} ${gold}`
  return `${ANSWER} ${random.next() < slips ? withSlip(gold, problem, random) : gold}`
}

/** Another column of the same kind of name in the place of one. */
function withSlip(gold: string, problem: Problem, random: Random): string {
  const words = gold.split(' ')
  const places = words.flatMap((word, i) => (COLUMN_WORDS.includes(word) ? [i] : []))
  const qualified = words.some((word) => word.includes('.'))
  const others = tablesIn(problem).flatMap(({ name }) => tableNamed(name).columns.map((column) => (qualified ? `${name}.${column.name}` : column.name)))
  const place = random.pick(places.length === 0 ? [0] : places)
  const wrong = random.pick(others.filter((word) => word !== words[place] && COLUMN_WORDS.includes(word)))
  return places.length === 0 ? gold.replace('count(*)', `max ( ${wrong} )`) : words.with(place, wrong).join(' ')
}
