import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Problem, Split } from '../protocol/problem.ts'
import { Problem as ProblemSchema } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import type { Environment } from './environment.ts'
import { requireParts } from './parts.fixture.ts'
import { findEnvironment, parseMix, parseOptions } from './registry.ts'

/** Difficulties to draw from, and the band in which the share of right demonstrations has to lie at the first of them. */
const CASES: readonly { name: string; difficulties: readonly object[]; band: readonly [number, number] }[] = [
  { name: 'countdown', difficulties: [{}, { count: 4 }, { useAll: true }, { count: 2, largest: 30 }], band: [0.41, 0.51] },
  { name: 'arithmetic-chain', difficulties: [{}, { minOperations: 1, maxOperations: 2 }, { minOperations: 8, maxOperations: 8 }], band: [0.82, 0.89] },
  {
    name: 'string-composition',
    difficulties: [{ depths: [[1, 0.4], [2, 0.45], [3, 0.15]] }, {}, { depth: 1 }, { depth: 4 }],
    band: [0.58, 0.68]
  },
  {
    name: 'maze-walk',
    difficulties: [{}, { task: 'judge' }, { task: 'refine' }, { tasks: [['solve', 0.5], ['judge', 0.5]] }, { minDoors: 2, maxDoors: 3 }, { minDoors: 8, maxDoors: 8 }],
    band: [0.19, 0.28]
  },
  { name: 'list-functions', difficulties: [{}, { singles: 1, examples: 3 }, { length: 4, examples: 3 }, { length: 2 }], band: [0.51, 0.61] }
]
const SPLITS: readonly Split[] = ['train', 'tuning', 'heldOut']

function draw(environment: Environment, options: object, split: Split, count: number, seed = 1): Problem[] {
  const random = randomStream('test', environment.name, split, seed)
  const parsed = parseOptions(environment, options)
  return Array.from({ length: count }, () => environment.generate(random, split, parsed))
}

const HOSTILE: readonly string[] = [
  '', ' ', 'answer', 'answer answer', 'answer answer answer', '<think>', '</think>', '<think> answer 1',
  'answer __proto__', 'answer constructor', 'answer toString', 'answer hasOwnProperty', 'answer ٣', 'answer １２', 'answer 𝟏', 'answer \u202e12',
  'answer NaN', 'answer Infinity', 'answer 1e3', 'answer 0x10', 'answer -0', 'answer null', 'answer undefined', 'answer ;', 'answer \u0000',
  `answer ${'( '.repeat(50_000)}`, `answer ${'( '.repeat(5000)}1${' )'.repeat(5000)}`, `answer ${'1 + '.repeat(50_000)}1`, `answer ${'9'.repeat(100_000)}`,
  'x'.repeat(1_000_000), 'answer '.repeat(150_000), '; '.repeat(500_000), 'ok '.repeat(80_000), '1 + 1 = 2 ok '.repeat(18_000)
]

for (const { name, difficulties, band } of CASES) {
  describe(`environment ${name}`, () => {
    const environment = findEnvironment(name)
    const mix = parseMix(environment, {})
    const vocabulary = new Set(environment.vocabulary)

    it('grades its own solutions 1, in every split and difficulty, with true steps', () => {
      for (const options of difficulties) {
        for (const split of SPLITS) {
          for (const problem of draw(environment, options, split, 60)) {
            const solution = environment.solution(problem)
            const verdict = environment.grade(solution, problem)
            assert.deepEqual([verdict.correct, verdict.score], [true, 1], `${problem.prompt} → ${solution}: ${verdict.why}`)
            assert.ok(environment.checkSteps(solution, problem).every((step) => step.ok), solution)
            assert.equal(environment.render(solution, problem).wellFormed, true)
          }
        }
      }
    })

    it('grades a problem given by its prompt and gold alone', () => {
      for (const { prompt, gold } of draw(environment, difficulties[0]!, 'train', 50)) {
        const bare: Problem = { id: 'x', environment: name, prompt, gold, params: {} }
        assert.equal(environment.grade(environment.solution(bare), bare).correct, true)
      }
    })

    it('keeps its splits apart, whatever the seed', () => {
      const keys = SPLITS.map((split) => new Set([1, 2, 3].flatMap((seed) => draw(environment, difficulties[0]!, split, 700, seed)).map((problem) => problem.prompt)))
      for (const [i, a] of keys.entries()) {
        for (const b of keys.slice(i + 1)) assert.equal([...a].filter((prompt) => b.has(prompt)).length, 0)
      }
    })

    it('draws the same problems from the same seed, others from another, with ids that follow the content', () => {
      const [first, again, other] = [draw(environment, difficulties[0]!, 'train', 40), draw(environment, difficulties[0]!, 'train', 40), draw(environment, difficulties[0]!, 'train', 40, 2)]
      assert.deepEqual(first, again)
      assert.notDeepEqual(first, other)
      assert.equal(new Set(first.map((problem) => problem.id)).size, new Set(first.map((problem) => problem.prompt)).size)
      for (const problem of first) assert.deepEqual(ProblemSchema.parse(problem), problem)
    })

    it('stays inside its vocabulary, with single spaces and without the end-of-text word', () => {
      assert.equal(environment.vocabulary[0], '<eos>')
      assert.equal(vocabulary.size, environment.vocabulary.length)
      const random = randomStream('vocabulary', name)
      for (const options of difficulties) {
        for (const problem of draw(environment, options, 'train', 200)) {
          for (const text of [problem.prompt, environment.solution(problem), environment.demonstrate(problem, random, mix)]) {
            const outside = text.split(' ').filter((word) => !vocabulary.has(word) || word === '<eos>')
            assert.deepEqual(outside, [], text)
          }
        }
      }
    })

    it('demonstrates at the accuracy its mix was made for, and repeats itself under the same seed', () => {
      const problems = draw(environment, difficulties[0]!, 'train', 3000)
      const write = (): string[] => {
        const random = randomStream('demonstrate', name)
        return problems.map((problem) => environment.demonstrate(problem, random, mix))
      }
      const traces = write()
      const accuracy = traces.reduce((sum, trace, i) => sum + environment.grade(trace, problems[i]!).score, 0) / traces.length
      assert.ok(accuracy > band[0] && accuracy < band[1], `accuracy ${accuracy}`)
      assert.deepEqual(write(), traces)
    })

    it('calls hostile completions wrong, with a sentence, and never throws', () => {
      const [problem] = draw(environment, difficulties[0]!, 'train', 1)
      for (const completion of HOSTILE) {
        const verdict = environment.grade(completion, problem!)
        assert.deepEqual([verdict.correct, verdict.score], [false, 0], completion.slice(0, 40))
        assert.match(verdict.why, /^.{5,600}\.$/u)
        assert.ok((verdict.answer?.length ?? 0) <= 200)
        assert.ok(environment.render(completion, problem!).spans.length <= 1026)
        assert.ok(environment.checkSteps(completion, problem!).length <= 4096)
      }
    })

    it('refuses trailing junk after a right answer', () => {
      for (const problem of draw(environment, difficulties[0]!, 'train', 20)) {
        const solution = environment.solution(problem)
        for (const junk of [' ;', ' 1', ' )', ' <eos>', ' answer', '\u200b', ' junk']) assert.equal(environment.grade(solution + junk, problem).correct, false, solution + junk)
      }
    })

    it('takes any words without throwing, with spans and steps inside the text and in order', () => {
      const words = fc.array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...environment.vocabulary) }, { weight: 1, arbitrary: fc.string({ unit: 'binary' }) }), { maxLength: 60 })
      const [problem] = draw(environment, difficulties[0]!, 'train', 1)
      fc.assert(
        fc.property(words, (list) => {
          const text = list.join(' ')
          const verdict = environment.grade(text, problem!)
          assert.equal(verdict.score, verdict.correct ? 1 : 0)
          requireParts(environment, text, problem!)
        }),
        { numRuns: 300 }
      )
    })
  })
}
