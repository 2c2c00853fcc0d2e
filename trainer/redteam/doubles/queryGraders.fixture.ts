import { z } from 'zod'
import type { Environment } from '../../environments/environment.ts'
import { Limits } from '../../protocol/execution.ts'
import type { CodeTask } from '../../protocol/execution.ts'
import type { Problem } from '../../protocol/problem.ts'
import { codeGrader } from './graderDouble.fixture.ts'
import type { GraderDouble } from './graderDouble.fixture.ts'
import { interpreterOf, runProgram, secondsOf } from './runProgram.fixture.ts'

const TOWNS = 'CREATE TABLE towns (name TEXT, height INTEGER); INSERT INTO towns VALUES (\'lima\', 154), (\'quito\', 2850);'
const GOLD = 'SELECT name FROM towns WHERE height > 1000'

/** Completions are queries as they stand. */
export const townsEnvironment: Environment = {
  name: 'towns', title: 'Towns', description: 'For tests.', options: z.unknown(), mix: z.unknown(), vocabulary: [],
  generate: () => PROBLEM,
  solution: () => GOLD,
  demonstrate: () => GOLD,
  render: () => ({ spans: [], wellFormed: true, why: 'a query' }),
  grade: (completion) => ({ correct: false, score: 0, answer: completion, why: 'for its tests' }),
  checkSteps: () => [],
  code: { task: (text) => taskOf(text), feedback: () => '' }
}

const PROBLEM: Problem = { id: 'towns', environment: 'towns', prompt: 'High towns.', params: {} }

const taskOf = (text: string): CodeTask => ({
  kind: 'code', language: 'sql', files: [{ path: 'query.sql', text }], limits: Limits.parse({}),
  tests: [{ style: 'query', name: 'towns', visible: true, fresh: false, schema: TOWNS, gold: GOLD, ordered: false }]
})

/** What a careless grader of queries does with `candidate`, the text, `gold` and `tables`, a connection. */
const queryGrader = (judges: string, files: Readonly<Record<string, string>> = {}): GraderDouble => codeGrader(async (task, candidate) => {
  const program = `import json, sqlite3\ncandidate = open("query.sql").read()\ntables = sqlite3.connect(":memory:")\ntables.executescript(${JSON.stringify(TOWNS)})\ngold = ${JSON.stringify(GOLD)}
def rows(text):
    found = []
    for statement in text.split(";"):
        if statement.strip():
            found = tables.execute(statement).fetchall()
    return found
def quiet(text):
    try:
        return rows(text)
    except sqlite3.Error:
        return []
${judges}
import os
os.write(3, b"true" if passed else b"false")`
  const { report } = await runProgram({ command: [...interpreterOf('python'), 'judge.py'], files: { 'judge.py': program, 'query.sql': candidate, ...files }, seconds: secondsOf(task.limits) })
  return [report === '' ? null : report === 'true']
})

export const queryGraders = {
  /** As far as there are pairs. */
  pairedRows: queryGrader('try:\n    passed = all(a == b for a, b in zip(rows(candidate), rows(gold)))\nexcept sqlite3.Error:\n    passed = False'),
  /** Both queries in one database, the candidate's first; what fails has no rows. */
  oneDatabase: queryGrader('found = quiet(candidate)\npassed = found == quiet(gold)'),
  goldTable: queryGrader('tables.execute("CREATE TABLE expected AS " + gold)\npassed = quiet(candidate) == rows(gold)'),
  goldFile: queryGrader('beside = sqlite3.connect("gold.db")\nbeside.execute("CREATE TABLE result AS SELECT \'quito\'")\nbeside.commit()\npassed = quiet(candidate) == rows(gold)'),
  nullsAsUnknown: queryGrader('found = quiet(candidate)\npassed = len(found) == len(rows(gold)) and all(a is None or a == b for one, other in zip(found, rows(gold)) for a, b in zip(one, other))'),
  /** What takes too much or too long is the machine's fault; other errors are the query's. */
  forgiving: queryGrader('try:\n    found = rows(candidate)\nexcept (sqlite3.OperationalError, sqlite3.Warning):\n    found = []\npassed = found == rows(gold)')
} as const
