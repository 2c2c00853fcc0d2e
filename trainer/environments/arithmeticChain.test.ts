import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Problem } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import { arithmeticChain } from './arithmeticChain.ts'

const problem = (prompt = '26 * 2 * 6 - 3 :'): Problem => ({ id: 'x', environment: 'arithmetic-chain', prompt, params: {} })

describe('arithmetic-chain: grading', () => {
  const cases: readonly (readonly [string, boolean, string])[] = [
    ['26 * 2 = 2 ; 2 * 6 = 12 ; 12 - 3 = 9 answer 9', true, 'The answer “9” is right.'],
    ['answer 8', false, 'The answer is “8”; expected “9”.'],
    ['answer 09', false, 'The answer is “09”; expected “9”.'],
    ['answer 9 9', false, 'The answer is “9 9”; expected “9”.'],
    ['answer 9 answer 8', false, 'The answer is “8”; expected “9”.'],
    ['answer \u202e9', false, 'The answer is “\\u{202e}9”; expected “9”.']
  ]
  for (const [completion, correct, why] of cases) {
    it(`${correct ? 'accepts' : 'refuses'} ${JSON.stringify(completion)}`, () => {
      const verdict = arithmeticChain.grade(completion, problem())
      assert.deepEqual([verdict.correct, verdict.why], [correct, why])
    })
  }

  it('works from left to right modulo 50, negative values included', () => {
    const operation = fc.tuple(fc.constantFrom('+', '-', '*'), fc.integer({ min: 2, max: 7 }))
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 49 }), fc.array(operation, { minLength: 1, maxLength: 8 }), (start, operations) => {
        let exact = BigInt(start)
        for (const [operator, operand] of operations) exact = operator === '+' ? exact + BigInt(operand) : operator === '-' ? exact - BigInt(operand) : exact * BigInt(operand)
        const expected = ((exact % 50n) + 50n) % 50n
        const prompt = `${start} ${operations.map((pair) => pair.join(' ')).join(' ')} :`
        assert.equal(arithmeticChain.grade(`answer ${expected}`, problem(prompt)).correct, true)
      })
    )
  })

  it('refuses a prompt that is not a chain', () => {
    for (const prompt of ['', ':', '26 * :', '26 ^ 2 :', '26 * 2', '99 * 2 :', '26 * 2 : ']) {
      assert.throws(() => arithmeticChain.grade('answer 1', problem(prompt)), { code: 'environment/bad-prompt' })
    }
  })
})

describe('arithmetic-chain: steps', () => {
  const verdicts = (completion: string): unknown[] =>
    arithmeticChain.checkSteps(completion, problem()).map((step) => [completion.slice(step.from, step.to), step.ok, step.why])

  it('counts one mistake once: later steps go on from what was written', () => {
    assert.deepEqual(verdicts('26 * 2 = 3 ; 3 * 6 = 18 ; 12 - 3 = 9 answer 9'), [
      ['26 * 2 = 3', false, '“26 * 2 = 3” is false: the value is 2 modulo 50.'],
      ['3 * 6 = 18', true, '“3 * 6 = 18” is true modulo 50.'],
      ['12 - 3 = 9', false, '“12 - 3 = 9” starts from 12, not from 18.']
    ])
  })

  it('takes fused steps, and no others', () => {
    assert.deepEqual(verdicts('26 * 2 * 6 = 12 ; 12 + 3 = 15 ; so = 9 answer 9'), [
      ['26 * 2 * 6 = 12', true, '“26 * 2 * 6 = 12” is true modulo 50.'],
      ['12 + 3 = 15', false, '“12 + 3 = 15” does not take the next operations of the chain.'],
      ['so = 9', false, '“so = 9” is not of the form “a + b = c”.']
    ])
  })
})

describe('arithmetic-chain: demonstrations', () => {
  const random = randomStream('lazy')
  const options = arithmeticChain.options.parse({ minOperations: 4, maxOperations: 4 })
  const lazyShare = (mix: Record<string, number>, operator: string): number => {
    let [lazy, all] = [0, 0]
    while (all < 400) {
      const drawn = arithmeticChain.generate(random, 'train', options)
      if (drawn.params['firstOperator'] !== operator) continue
      all++
      if (arithmeticChain.demonstrate(drawn, random, arithmeticChain.mix.parse(mix)).split(';').length < 4) lazy++
    }
    return lazy / all
  }

  it('fuse steps as often as the first operator says', () => {
    for (const [operator, share] of [['+', 0.25], ['-', 0.75], ['*', 0.85]] as const) {
      const measured = lazyShare({}, operator)
      assert.ok(Math.abs(measured - share) < 0.08, `${operator}: ${measured}`)
    }
    assert.equal(lazyShare({ lazyPlus: 0 }, '+'), 0)
    assert.equal(lazyShare({ lazyTimes: 1 }, '*'), 1)
  })

  it('are all right without corruption, lazy or not', () => {
    for (let i = 0; i < 300; i++) {
      const drawn = arithmeticChain.generate(random, 'train', options)
      assert.equal(arithmeticChain.grade(arithmeticChain.demonstrate(drawn, random, arithmeticChain.mix.parse({ corrupt: 0 })), drawn).correct, true)
    }
  })
})
