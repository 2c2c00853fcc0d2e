import assert from 'node:assert/strict'
import type { Problem } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import { stringComposition } from './stringComposition.ts'
import { findFunction, formatLetters, parseLetters } from './stringFunctions.ts'

const problem = (prompt = 'f4 ( f6 ( c h f a f ) )'): Problem => ({ id: 'x', environment: 'string-composition', prompt, params: {} })

describe('string-composition: the atomic functions', () => {
  const table: readonly (readonly [string, string])[] = [
    ['f0', 'f a f h c'], ['f1', 'h f a f c'], ['f2', 'f c h f a'], ['f3', 'd a g b g'], ['f4', 'b g e h e'],
    ['f5', 'f h f a c'], ['f6', 'h c a f f'], ['f7', 'a c f f h'], ['f8', 'c c h h f'], ['f9', 'c d f e f']
  ]
  for (const [name, expected] of table) {
    it(`${name} of c h f a f is ${expected}`, () => {
      assert.equal(formatLetters(findFunction(name)!.apply(parseLetters('c h f a f'.split(' '))!)), expected)
      assert.equal(stringComposition.grade(`answer ${expected}`, problem(`${name} ( c h f a f )`)).correct, true)
    })
  }
})

describe('string-composition: grading', () => {
  it('applies the innermost function first', () => {
    assert.equal(stringComposition.grade('answer g b h e e', problem()).why, 'The answer “g b h e e” is right.')
    assert.equal(stringComposition.grade('answer h c a f f', problem()).why, 'The answer is “h c a f f”; expected “g b h e e”.')
  })

  it('refuses prompts that are not compositions', () => {
    for (const prompt of ['', 'c h f a f', 'f4 ( c h f a )', 'f4 ( f6 ( c h f a f )', 'f4 ( g6 ( c h f a f ) )', 'f4 f6 ( ( c h f a f ) )', '__proto__ ( c h f a f )']) {
      assert.throws(() => stringComposition.grade('answer a', problem(prompt)), { code: 'environment/bad-prompt' }, prompt)
    }
  })
})

describe('string-composition: steps', () => {
  const verdicts = (completion: string): unknown[] =>
    stringComposition.checkSteps(completion, problem()).map((step) => [completion.slice(step.from, step.to), step.ok, step.why])

  it('counts one mistake once', () => {
    assert.deepEqual(verdicts('f6 h c a f g ; f4 g b h e f answer g b h e f'), [
      ['f6 h c a f g', false, '“f6 h c a f g” is false: f6 gives h c a f f.'],
      ['f4 g b h e f', true, '“f4 g b h e f” is true.']
    ])
  })

  it('marks a function left out, one too many and what is no step', () => {
    assert.deepEqual(verdicts('f4 b g e h e ; f4 a f d g d ; f6 h c answer b g e h e'), [
      ['f4 b g e h e', false, '“f4 b g e h e” comes where f6 is to be applied.'],
      ['f4 a f d g d', false, '“f4 a f d g d” is one function too many.'],
      ['f6 h c', false, '“f6 h c” is not a function and five letters.']
    ])
  })
})

describe('string-composition: demonstrations', () => {
  const accuracyAt = (depth: number, mix: object): number => {
    const random = randomStream('depth', depth)
    const options = stringComposition.options.parse({ depth })
    let right = 0
    for (let i = 0; i < 600; i++) {
      const drawn = stringComposition.generate(random, 'train', options)
      assert.equal(drawn.params['depth'], depth)
      right += stringComposition.grade(stringComposition.demonstrate(drawn, random, stringComposition.mix.parse(mix)), drawn).score
    }
    return right / 600
  }

  it('are always right at depth 1, and right where they are not lazy beyond', () => {
    assert.equal(accuracyAt(1, {}), 1)
    assert.equal(accuracyAt(3, { lazyDeeper: 0 }), 1)
    assert.ok(accuracyAt(2, { lazyDepth2: 1 }) < 0.1)
    const measured = accuracyAt(2, {})
    assert.ok(measured > 0.34 && measured < 0.52, `${measured}`)
  })

  it('answer at once where they are lazy', () => {
    const random = randomStream('lazy')
    const drawn = stringComposition.generate(random, 'train', stringComposition.options.parse({}))
    assert.match(stringComposition.demonstrate(drawn, random, stringComposition.mix.parse({ lazyDepth2: 1 })), /^answer( [a-h]){5}$/)
  })

  it('follow the mixture of depths', () => {
    const random = randomStream('mixture')
    const options = stringComposition.options.parse({ depths: [[1, 4], [2, 4.5], [3, 1.5]] })
    const counts = new Map<unknown, number>()
    for (let i = 0; i < 2000; i++) {
      const { depth } = stringComposition.generate(random, 'train', options).params
      counts.set(depth, (counts.get(depth) ?? 0) + 1 / 2000)
    }
    for (const [depth, share] of [[1, 0.4], [2, 0.45], [3, 0.15]] as const) assert.ok(Math.abs(counts.get(depth)! - share) < 0.04)
  })
})
