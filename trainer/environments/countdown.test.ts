import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Problem } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import { countdown } from './countdown.ts'
import { solve } from './countdownSearch.ts'

const problem = (params: Problem['params'] = {}): Problem => ({ id: 'x', environment: 'countdown', prompt: '8 5 2 80 :', gold: '80', params })

describe('countdown: grading', () => {
  const cases: readonly (readonly [string, boolean, string])[] = [
    ['5 * 2 = 10 * 8 = 80 ok answer ( 5 * 2 ) * 8', true, '“( 5 * 2 ) * 8” is 80.'],
    ['answer 8*(2*5)', true, '“8*(2*5)” is 80.'],
    ['answer 80', false, '“80” uses 80, which is not given.'],
    ['answer ( 5 * 2 ) * 8 * 2 / 2', false, '“( 5 * 2 ) * 8 * 2 / 2” uses 2 more often than it is given.'],
    ['answer 8 * 5', false, '“8 * 5” is 40, not 80.'],
    ['answer 8 / ( 5 - 2 )', false, '“8 / ( 5 - 2 )” is 8/3, not 80.'],
    ['answer 5 * 2 ) * 8', false, 'The answer cannot be read: “)” stands after the end of the expression.'],
    ['answer - 8', false, 'The answer cannot be read: “-” stands where a number is expected.'],
    ['5 * 2 = 10 * 8 = 80 ok', false, 'No answer: the word “answer” is missing.'],
    ['answer', false, 'No answer: nothing follows the word “answer”.'],
    ['<think> answer ( 5 * 2 ) * 8 </think> I give up', false, 'No answer: the word “answer” is missing.'],
    ['<think> hm </think> answer ( 5 * 2 ) * 8', true, '“( 5 * 2 ) * 8” is 80.']
  ]
  for (const [completion, correct, why] of cases) {
    it(`${correct ? 'accepts' : 'refuses'} ${completion}`, () => {
      const verdict = countdown.grade(completion, problem())
      assert.deepEqual([verdict.correct, verdict.why], [correct, why])
    })
  }

  it('does not divide by zero', () => {
    const zero = { ...problem(), prompt: '5 5 8 80 :' }
    assert.equal(countdown.grade('answer 8 / ( 5 - 5 )', zero).why, '“8 / ( 5 - 5 )” divides by zero.')
  })

  it('asks for every number only where the problem does', () => {
    const prompt = '8 5 2 40 :'
    assert.equal(countdown.grade('answer 8 * 5', { ...problem(), prompt }).correct, true)
    assert.equal(countdown.grade('answer 8 * 5', { ...problem({ useAll: true }), prompt }).why, '“8 * 5” does not use 2.')
  })
})

describe('countdown: steps', () => {
  it('judges each equation and each claim', () => {
    const completion = '5 - 2 = 3 * 8 = 25 no 5 * 2 = 10 * 8 = 80 no 8 + 5 = 13 ok nonsense'
    const steps = countdown.checkSteps(completion, problem())
    assert.deepEqual(
      steps.map((step) => [completion.slice(step.from, step.to), step.ok, step.why]),
      [
        ['5 - 2 = 3', true, '“5 - 2 = 3” is true.'],
        ['* 8 = 25', false, '“3 * 8 = 25” is false: the value is 24.'],
        ['no', true, '“no” is true: the attempt ends at 25, not at 80.'],
        ['5 * 2 = 10', true, '“5 * 2 = 10” is true.'],
        ['* 8 = 80', true, '“10 * 8 = 80” is true.'],
        ['no', false, '“no” is false: the attempt reaches 80.'],
        ['8 + 5 = 13', true, '“8 + 5 = 13” is true.'],
        ['ok', false, '“ok” is false: the attempt ends at 13, not at 80.'],
        ['nonsense', false, '“nonsense” is not an attempt of the form “a + b = c * d = e”.']
      ]
    )
  })

  it('does not believe an ok that rests on numbers not given', () => {
    const steps = countdown.checkSteps('40 * 2 = 80 ok', problem())
    assert.deepEqual(steps.map((step) => step.ok), [true, false])
    assert.equal(steps[1]!.why, '“ok” is false: the attempt uses 40, which is not given.')
  })
})

describe('countdown: search', () => {
  it('finds what trying every order and operator by brute force finds', () => {
    const operate = { '+': (a: number, b: number) => a + b, '-': (a: number, b: number) => a - b, '*': (a: number, b: number) => a * b }
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 3, maxLength: 3 }), fc.integer({ min: 0, max: 99 }), (numbers, target) => {
        const expected = new Set<string>()
        for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
          const [a, b, c] = order.map((i) => numbers[i]!)
          for (const [p, first] of Object.entries(operate)) {
            for (const [q, second] of Object.entries(operate)) {
              const middle = first(a!, b!)
              const last = second(middle, c!)
              if (last === target && middle >= 0 && middle <= 120 && last <= 120) expected.add(`${a}${p}${b}${q}${c}`)
            }
          }
        }
        const found = solve(numbers, target).map((attempt) => `${attempt.numbers[0]}${attempt.operators[0]}${attempt.numbers[1]}${attempt.operators[1]}${attempt.numbers[2]}`)
        assert.deepEqual([...found].sort(), [...expected].sort())
      })
    )
  })

  it('puts all orders of the same numbers on the same side of the split', () => {
    const random = randomStream('orders')
    const sides = new Map<string, string>()
    for (const split of ['train', 'heldOut'] as const) {
      for (let i = 0; i < 3000; i++) {
        const words = countdown.generate(random, split, countdown.options.parse({})).prompt.split(' ')
        const key = [...words.slice(0, 3).sort(), words[3]].join(' ')
        assert.equal(sides.get(key) ?? split, split)
        sides.set(key, split)
      }
    }
  })

  it('says so when the options leave no problem', () => {
    const options = countdown.options.parse({ count: 2, smallest: 1, largest: 1, lowestTarget: 99, highestTarget: 99 })
    assert.throws(() => countdown.generate(randomStream('none'), 'train', options), { code: 'environment/no-problem' })
  })
})
