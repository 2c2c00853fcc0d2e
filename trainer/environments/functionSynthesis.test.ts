import assert from 'node:assert/strict'
import type { Problem } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import { executeHere } from './execute.fixture.ts'
import { BODIES, formatBody, formatProgram, LARGEST_VALUE, parseBody, SMALLEST_VALUE, valuesOf } from './functionBody.ts'
import { functionSynthesis } from './functionSynthesis.ts'

const problem: Problem = { id: 'x', environment: 'function-synthesis', prompt: 'p 3 4 > 15 | q 8 2 > 19 | r 0 5 > 3 :', gold: 'a * b + 3', params: {}, data: { hidden: [[9, 9, 84], [1, 8, 11], [2, 2, 7]] } }

const grade = async (completion: string): Promise<readonly [boolean, string]> => {
  const task = functionSynthesis.code!.task(completion, problem)
  const verdict = functionSynthesis.grade(completion, problem, 'none' in task || task.kind !== 'code' ? undefined : await executeHere(task))
  return [verdict.correct, verdict.why]
}

describe('function-synthesis: grading', () => {
  const cases: readonly (readonly [string, boolean, RegExp])[] = [
    ['answer function f ( a , b ) { return a * b + 3 }', true, /^The program passes all 8 tests\.$/],
    ['answer function f ( a , b ) {\n  const area = b * a\n  return 3 + area\n}', true, /passes all 8/],
    ['I multiply.\n```js\nconst f = (a, b) => a * b + 3\n```', true, /passes all 8/],
    ['answer no ```js\nfunction f(a, b) { return 1 }\n``` answer ```js\nfunction f(a, b) { return a * b + 3 }\n```', true, /passes all 8/],
    ['answer function f ( a , b ) { return a * b }', false, /passes \d of 8 tests; “p” fails: “12, not 15”\.$/],
    ['answer function f ( a , b ) { return [ 15 , 19 , 3 ] [ [ 3 , 8 , 0 ] . indexOf ( a ) ] }', false, /“hidden|“fresh/],
    ['answer function g ( a , b ) { return a * b + 3 }', false, /passes 0 of 8 tests/],
    ['answer function f ( a , b ) { return `${a * b + 3}` }', false, /passes 0 of 8 tests/],
    ['answer )', false, /passes 0 of 8 tests/],
    ['a * b + 3', false, /^No program: there is no fenced block/],
    ['<think> answer function f ( a , b ) { return a * b + 3 }', false, /^No program/]
  ]
  for (const [completion, correct, why] of cases) {
    it(`${correct ? 'pays' : 'does not pay'} ${completion.replaceAll('\n', '⏎')}`, async () => {
      const [found, told] = await grade(completion)
      assert.equal(found, correct, told)
      assert.match(told, why)
    })
  }

  it('draws other fresh inputs for another program, so that no answer to them can be learned by heart', () => {
    const fresh = (program: string): unknown => {
      const task = functionSynthesis.code!.task(`answer ${program}`, problem)
      return 'none' in task || task.kind !== 'code' ? null : task.tests.filter((test) => test.fresh)
    }
    const drawn = Array.from({ length: 20 }, (_, i) => JSON.stringify(fresh(`function f ( a , b ) { return ${i} }`)))
    assert.ok(new Set(drawn).size > 15)
  })
})

describe('function-synthesis: problems', () => {
  const random = randomStream('problems')
  const drawn = Array.from({ length: 300 }, () => functionSynthesis.generate(random, 'train', functionSynthesis.options.parse({})))

  it('have one answer among the known bodies, whatever the input', () => {
    for (const { prompt, gold } of drawn) {
      const shown = [...prompt.matchAll(/[p-w] (\d) (\d) > (-?\d+)/g)].map(([, a, b, value]) => [Number(a), Number(b), Number(value)] as const)
      assert.equal(shown.length, 3)
      const fitting = BODIES.filter((body) => shown.every(([a, b, value]) => valuesOf(body, a, b).at(-1) === value))
      assert.deepEqual(fitting.map((body) => formatBody(body, 'javascript')), [gold])
    }
  })

  it('keep hidden inputs out of the prompt and apart from those shown', () => {
    for (const { prompt, data } of drawn) {
      const { hidden } = data as { hidden: number[][] }
      assert.equal(hidden.length, 3)
      for (const [a, b] of hidden) assert.ok(!prompt.includes(` ${a} ${b} >`))
    }
  })

  it('may ask for Python', () => {
    const asked = functionSynthesis.generate(randomStream('python'), 'train', functionSynthesis.options.parse({ language: 'python' }))
    const solution = functionSynthesis.solution(asked)
    assert.match(solution, /answer def f \( a , b \) : return [^{}]+$/)
    const task = functionSynthesis.code!.task(solution, asked)
    assert.ok('kind' in task && task.kind === 'code' && task.language === 'python' && task.files[0]!.path === 'program.py')
  })
})

describe('function-synthesis: the steps of a trace', () => {
  const truths = (completion: string): boolean[] => functionSynthesis.checkSteps(completion, problem).map(({ ok }) => ok!)
  const cases: readonly (readonly [string, readonly boolean[]])[] = [
    ['a * b + 3 : p 3 4 > 15 12 15 ok q 8 2 > 19 16 19 ok answer x', [true, true]],
    ['a * b : p 3 4 > 15 12 no a * b + 3 : p 3 4 > 15 12 15 ok answer x', [true, true]],
    ['a * b + 3 : p 3 4 > 15 12 16 ok answer x', [false]],
    ['a * b + 3 : p 3 4 > 15 12 15 no answer x', [false]],
    ['a * b : p 3 4 > 15 12 ok answer x', [false]],
    ['a * b + 3 : p 3 5 > 15 15 18 no answer x', [false]],
    ['a ** b : p 3 4 > 15 81 no answer x', [false]],
    ['p 3 4 > 15 12 15 ok answer x', [false]]
  ]
  for (const [completion, expected] of cases) it(`of ${completion}`, () => assert.deepEqual(truths(completion), expected))
})

describe('bodies of functions', () => {
  it('are read back as they are written, in both languages', () => {
    for (const body of BODIES) for (const language of ['javascript', 'python'] as const) assert.equal(parseBody(formatBody(body, language)), body)
  })

  it('are all different functions with values inside the vocabulary, and are what JavaScript makes of them', () => {
    const seen = new Set<string>()
    for (const body of BODIES) {
      const program = formatProgram(formatBody(body, 'javascript'), 'javascript')
      const f = new Function(`${program}; return f`)() as (a: number, b: number) => number
      const values: number[] = []
      for (let place = 0; place < 100; place++) {
        const [a, b] = [Math.floor(place / 10), place % 10]
        const written = valuesOf(body, a, b)
        assert.equal(written.at(-1), f(a, b), program)
        assert.ok(written.every((value) => value >= SMALLEST_VALUE && value <= LARGEST_VALUE), program)
        values.push(f(a, b))
      }
      seen.add(values.join())
    }
    assert.equal(seen.size, BODIES.length)
  })
})
