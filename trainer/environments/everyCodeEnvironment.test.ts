import assert from 'node:assert/strict'
import fc from 'fast-check'
import { CodeTask } from '../protocol/execution.ts'
import type { ExecutionRecord } from '../protocol/execution.ts'
import type { Problem, Split } from '../protocol/problem.ts'
import { Problem as ProblemSchema } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import type { Environment, Verdict } from './environment.ts'
import { executeHere } from './execute.fixture.ts'
import { requireParts } from './parts.fixture.ts'
import { findEnvironment, parseMix, parseOptions } from './registry.ts'

/** Difficulties to draw from, and the band in which the share of right demonstrations has to lie at the first of them. */
const CASES: readonly { name: string; difficulties: readonly object[]; band: readonly [number, number] }[] = [
  { name: 'function-synthesis', difficulties: [{}, { examples: 2 }, { examples: 5 }], band: [0.5, 0.75] },
  { name: 'code-repair', difficulties: [{}, { mistakes: 1 }, { tests: 6, repairs: 3 }, { earlier: [[1, 0.5], [2, 0.5]], feedback: 'newTests' }, { earlier: [[2, 1]], feedback: 'verdict' }], band: [0.38, 0.6] },
  { name: 'sql', difficulties: [{}, { joins: 1 }, { conditions: 1 }, { joins: 0, conditions: 0 }], band: [0.45, 0.8] }
]
const SPLITS: readonly Split[] = ['train', 'tuning', 'heldOut']

function draw(environment: Environment, options: object, split: Split, count: number, seed = 1): Problem[] {
  const random = randomStream('test', environment.name, split, seed)
  const parsed = parseOptions(environment, options)
  return Array.from({ length: count }, () => environment.generate(random, split, parsed))
}

function taskOf(environment: Environment, completion: string, problem: Problem): CodeTask {
  const task = environment.code!.task(completion, problem)
  assert.ok('kind' in task && task.kind === 'code', completion)
  return task
}

async function execute(environment: Environment, completion: string, problem: Problem): Promise<{ verdict: Verdict; execution: ExecutionRecord }> {
  const execution = await executeHere(taskOf(environment, completion, problem))
  return { execution, verdict: environment.grade(completion, problem, execution) }
}

const HOSTILE: readonly string[] = [
  '', ' ', 'answer', 'answer answer', '<think> answer f', '</think>', 'answer ```', '```js\n```', 'answer \u0000', 'answer \u202ef',
  'answer '.repeat(50_000), 'x'.repeat(1_000_000), `answer ${'('.repeat(100_000)}`, '```\n'.repeat(20_000), 'ok '.repeat(80_000), `answer ${'9'.repeat(20_000)}`
]

for (const { name, difficulties, band } of CASES) {
  describe(`environment ${name}, whose completions are programs`, () => {
    const environment = findEnvironment(name)
    const mix = parseMix(environment, {})
    const vocabulary = new Set(environment.vocabulary)

    it('has its own solutions pass every test when they are run, with true steps', async () => {
      for (const options of difficulties) {
        for (const split of SPLITS) {
          for (const problem of draw(environment, options, split, 6)) {
            const solution = environment.solution(problem)
            const { verdict } = await execute(environment, solution, problem)
            assert.deepEqual([verdict.correct, verdict.score], [true, 1], `${problem.prompt} → ${solution}: ${verdict.why}`)
            assert.ok(environment.checkSteps(solution, problem).every((step) => step.ok), solution)
            assert.equal(environment.render(solution, problem).wellFormed, true)
          }
        }
      }
    })

    it('keeps what is expected out of the program, and gives every program hidden and fresh tests', () => {
      for (const problem of draw(environment, difficulties[0]!, 'train', 20)) {
        const task = taskOf(environment, environment.solution(problem), problem)
        assert.deepEqual(CodeTask.parse(task), task)
        assert.ok(task.tests.some(({ visible, fresh }) => !visible && !fresh) && task.tests.some(({ visible, fresh }) => !visible && fresh))
        assert.deepEqual(taskOf(environment, environment.solution(problem), problem), task)
        const other = taskOf(environment, `${environment.solution(problem)} `.replace('answer', 'answer\n /**/'), problem)
        const fresh = (one: CodeTask): unknown => one.tests.filter((test) => test.fresh).map((test) => (test.style === 'query' ? test.schema : test))
        assert.notDeepEqual(fresh(other), fresh(task))
      }
    })

    it('refuses to grade a program that was not run, and fails none for the machine', async () => {
      const [problem] = draw(environment, difficulties[0]!, 'train', 1)
      const solution = environment.solution(problem!)
      assert.throws(() => environment.grade(solution, problem!), { code: 'environment/not-executed' })
      const { execution } = await execute(environment, solution, problem!)
      const failed = { ...execution, failure: 'out of memory', tests: execution.tests.map((test) => ({ ...test, verdict: null })) }
      assert.throws(() => environment.grade(solution, problem!, failed), { code: 'environment/not-executed' })
    })

    it('pays no program that misses a single test, nor one that was run on none', async () => {
      const [problem] = draw(environment, difficulties[0]!, 'train', 1)
      const solution = environment.solution(problem!)
      const { execution } = await execute(environment, solution, problem!)
      for (const [i] of execution.tests.entries()) {
        const tests = execution.tests.map((test, j) => (i === j ? { ...test, verdict: 'wrongValue' as const, why: 'wrong' } : test))
        assert.equal(environment.grade(solution, problem!, { ...execution, tests }).correct, false)
      }
      assert.equal(environment.grade(solution, problem!, { ...execution, tests: [] }).correct, false)
    })

    it('keeps its splits apart, whatever the seed', () => {
      const keys = SPLITS.map((split) => new Set([1, 2].flatMap((seed) => draw(environment, difficulties[0]!, split, 250, seed)).map((problem) => problem.prompt)))
      for (const [i, a] of keys.entries()) {
        for (const b of keys.slice(i + 1)) assert.equal([...a].filter((prompt) => b.has(prompt)).length, 0)
      }
    })

    it('draws the same problems from the same seed, others from another', () => {
      const [first, again, other] = [1, 1, 2].map((seed) => draw(environment, difficulties.at(-1)!, 'train', 30, seed))
      assert.deepEqual(first, again)
      assert.notDeepEqual(first, other)
      for (const problem of first!) assert.deepEqual(ProblemSchema.parse(problem), problem)
    })

    it('stays inside its vocabulary, what is told of failures included', async () => {
      assert.equal(environment.vocabulary[0], '<eos>')
      assert.equal(vocabulary.size, environment.vocabulary.length)
      const random = randomStream('vocabulary', name)
      for (const options of difficulties) {
        for (const [i, problem] of draw(environment, options, 'train', 80).entries()) {
          const demonstration = environment.demonstrate(problem, random, mix)
          const told = i < 6 ? environment.code!.feedback((await execute(environment, demonstration, problem)).execution, problem) : ''
          for (const text of [problem.prompt, environment.solution(problem), demonstration, ...(told === '' ? [] : [told])]) {
            assert.deepEqual(text.split(' ').filter((word) => !vocabulary.has(word)), [], text)
          }
        }
      }
    })

    it('demonstrates at the accuracy its mix was made for, with true steps, and repeats itself under the same seed', async () => {
      const problems = draw(environment, difficulties[0]!, 'train', 150)
      const write = (): string[] => {
        const random = randomStream('demonstrate', name)
        return problems.map((problem) => environment.demonstrate(problem, random, mix))
      }
      const traces = write()
      assert.deepEqual(write(), traces)
      let right = 0
      for (const [i, trace] of traces.entries()) {
        right += (await execute(environment, trace, problems[i]!)).verdict.score
        assert.ok(environment.checkSteps(trace, problems[i]!).every(({ ok }) => ok !== false), trace)
      }
      const accuracy = right / traces.length
      assert.ok(accuracy > band[0] && accuracy < band[1], `accuracy ${accuracy}`)
    })

    it('finds hostile completions without a program wrong, and cuts out the others without a look inside', () => {
      const [problem] = draw(environment, difficulties[0]!, 'train', 1)
      for (const completion of HOSTILE) {
        const task = environment.code!.task(completion, problem!)
        if ('none' in task) {
          assert.match(task.none, /^.{5,300}\.$/u)
          assert.equal(environment.grade(completion, problem!).correct, false)
        } else {
          assert.throws(() => environment.grade(completion, problem!), { code: 'environment/not-executed' })
        }
        assert.ok(environment.render(completion, problem!).spans.length <= 1026)
        assert.ok(environment.checkSteps(completion, problem!).length <= 4096)
      }
    })

    it('takes any words without throwing, with spans and steps inside the text and in order', () => {
      const words = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...environment.vocabulary) }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }), { maxLength: 60 })
      const [problem] = draw(environment, difficulties[0]!, 'train', 1)
      fc.assert(
        fc.property(words, (list) => {
          const text = list.join(' ')
          environment.code!.task(text, problem!)
          requireParts(environment, text, problem!)
        }),
        { numRuns: 100 }
      )
    })
  })
}
