import assert from 'node:assert/strict'
import type { Problem } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import { executeHere } from './execute.fixture.ts'
import { sql } from './sql.ts'

const problem: Problem = {
  id: 'x', environment: 'sql', prompt: 'table pets : name text , kind text , age integer , weight integer | list name of pets where age is above 3 :',
  gold: 'select name from pets where age > 3', params: {}
}
const ordered: Problem = { ...problem, gold: 'select name from pets order by age desc' }

async function grade(query: string, asked = problem): Promise<boolean> {
  const completion = `answer ${query}`
  const task = sql.code!.task(completion, asked)
  assert.ok('kind' in task && task.kind === 'code')
  return sql.grade(completion, asked, await executeHere(task)).correct
}

describe('sql: grading by result sets', () => {
  const cases: readonly (readonly [string, boolean])[] = [
    ['select name from pets where age > 3', true],
    ['SELECT p.name FROM pets AS p WHERE p.age >= 4', true],
    ['select name from pets where age > 3 order by name', true],
    ['select name from pets', false],
    ['select name from pets where age > 30', false],
    ['select name, age from pets where age > 3', false],
    ['select distinct name from pets where age > 3 union select name from pets where age > 3', false],
    ['select', false],
    ['select name from cats', false]
  ]
  for (const [query, correct] of cases) it(`${correct ? 'pays' : 'does not pay'} ${query}`, async () => assert.equal(await grade(query), correct))

  it('compares the order of rows where one was asked for, and only there', async () => {
    assert.equal(await grade('select name from pets order by age desc', ordered), true)
    assert.equal(await grade('select name from pets order by age', ordered), false)
  })

  it('asks for an order exactly where the question does', () => {
    const random = randomStream('order')
    const drawn = Array.from({ length: 300 }, () => sql.generate(random, 'train', sql.options.parse({})))
    for (const asked of drawn) {
      assert.equal(/ by \S+ (up|down)wards/.test(asked.prompt), asked.gold!.includes(' order by '), asked.prompt)
      assert.equal(asked.params['tables'], asked.gold!.includes(' join ') ? 2 : 1)
    }
    assert.ok(drawn.some(({ gold }) => gold!.includes(' join ')) && drawn.some(({ gold }) => gold!.includes(' group by ')) && drawn.some(({ gold }) => gold!.includes(' limit ')))
  })
})

describe('sql: steps', () => {
  it('are true where they name what the question is about', () => {
    assert.deepEqual(sql.checkSteps('pets ; name ; weight answer x', problem).map(({ ok }) => ok), [true, true, false])
  })

  it('tell no more than whether the query ran', async () => {
    const feedback = async (query: string): Promise<string> => {
      const task = sql.code!.task(`answer ${query}`, problem)
      assert.ok('kind' in task && task.kind === 'code')
      return sql.code!.feedback(await executeHere(task), problem)
    }
    assert.equal(await feedback('select name from pets'), '| wrong :')
    assert.equal(await feedback('select <eos> from pets'), '| error :')
  })
})
