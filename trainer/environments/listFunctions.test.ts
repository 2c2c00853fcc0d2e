import assert from 'node:assert/strict'
import type { Problem } from '../protocol/problem.ts'
import { randomStream } from '../random/random.ts'
import { listFunctions } from './listFunctions.ts'

const problem = (data?: Problem['data']): Problem => ({
  id: 'x', environment: 'list-functions', prompt: 'a 3 b 1 c 4 > e 7 f 4 g 6 | i 2 j 0 k 5 > m 8 n 3 o 5 :', params: {}, ...(data === undefined ? {} : { data })
})
const hidden = { hidden: [{ input: [9, 9, 0], output: [3, 2, 2] }] }

describe('list-functions: grading', () => {
  const cases: readonly (readonly [string, boolean, string])[] = [
    ['answer reverse +3', true, '“reverse +3” fits all 2 examples and all 0 hidden ones.'],
    ['answer +3 reverse', true, '“+3 reverse” fits all 2 examples and all 0 hidden ones.'],
    ['answer +1 +1 reverse +1', true, '“+1 +1 reverse +1” fits all 2 examples and all 0 hidden ones.'],
    ['answer reverse', false, '“reverse” turns the example 3 1 4 into 4 1 3, not 7 4 6.'],
    ['answer left swap *3', false, '“left swap *3” turns the example 3 1 4 into 2 3 9, not 7 4 6.'],
    ['answer reverse plus', false, 'The answer cannot be read: “plus” is not a function.'],
    ['answer __proto__', false, 'The answer cannot be read: “__proto__” is not a function.'],
    ['answer +1 +1 +1 reverse +1', false, 'The answer cannot be read: the program has 5 words, more than 4.']
  ]
  for (const [completion, correct, why] of cases) {
    it(`${correct ? 'accepts' : 'refuses'} ${completion}`, () => {
      const verdict = listFunctions.grade(completion, problem())
      assert.deepEqual([verdict.correct, verdict.why], [correct, why])
    })
  }

  it('tries hidden examples too', () => {
    assert.equal(listFunctions.grade('answer reverse +3', problem(hidden)).why, '“reverse +3” fits all 2 examples and all 1 hidden ones.')
    const other = { hidden: [{ input: [9, 9, 0], output: [0, 0, 0] }] }
    assert.equal(listFunctions.grade('answer reverse +3', problem(other)).why, '“reverse +3” turns the hidden example 9 9 0 into 3 2 2, not 0 0 0.')
  })
})

describe('list-functions: problems', () => {
  const random = randomStream('fair')
  const drawn = Array.from({ length: 400 }, () => listFunctions.generate(random, 'train', listFunctions.options.parse({})))

  it('keep hidden examples out of the prompt', () => {
    for (const { prompt, data } of drawn) {
      const outputs = (data as { hidden: { input: number[]; output: number[] }[] }).hidden
      assert.equal(outputs.length, 4)
      assert.equal(prompt.split('|').length, 2)
    }
  })

  it('have a gold program that grades 1, as long as the problem says', () => {
    for (const item of drawn) {
      assert.equal(listFunctions.grade(`answer ${item.gold}`, item).correct, true)
      assert.equal(item.gold!.split(' ').length, item.params['functions'])
    }
  })

  it('are many', () => {
    const options = listFunctions.options.parse({})
    const prompts = new Set(Array.from({ length: 20_500 }, () => listFunctions.generate(random, 'train', options).prompt))
    assert.ok(prompts.size > 20_000)
  })
})

describe('list-functions: steps', () => {
  const verdicts = (completion: string): unknown[] =>
    listFunctions.checkSteps(completion, problem()).map((step) => [completion.slice(step.from, step.to), step.ok, step.why])

  it('judges each element and each claim', () => {
    assert.deepEqual(verdicts('+3 : e 7 a 3 6 no reverse +3 : e 7 c 4 7 f 4 b 1 4 g 6 a 3 6 ok : m 8 k 5 8 n 3 j 0 3 o 5 i 2 5 ok answer reverse +3'), [
      ['e 7 a 3 6', true, '“e 7 a 3 6” is true.'],
      ['no', true, '“no” is true.'],
      ['e 7 c 4 7', true, '“e 7 c 4 7” is true.'],
      ['f 4 b 1 4', true, '“f 4 b 1 4” is true.'],
      ['g 6 a 3 6', true, '“g 6 a 3 6” is true.'],
      ['ok', true, '“ok” is true.'],
      ['m 8 k 5 8', true, '“m 8 k 5 8” is true.'],
      ['n 3 j 0 3', true, '“n 3 j 0 3” is true.'],
      ['o 5 i 2 5', true, '“o 5 i 2 5” is true.'],
      ['ok', true, '“ok” is true.']
    ])
  })

  it('finds wrong values, wrong copies and false claims, each once', () => {
    assert.deepEqual(verdicts('reverse +3 : e 7 a 3 6 no reverse : e 7 c 4 f 4 b 2 no +1 : e 6 a 3 4 ok +5 : e 7 a 3 7 ok *3 : e 7 a 3 9 ok swap : f 4 b 1 no left : e 7 b 7 no +3'), [
      ['e 7 a 3 6', false, '“e 7 a 3 6” is false: the element comes from c 4.'],
      ['no', true, '“no” is true.'],
      ['e 7 c 4', true, '“e 7 c 4” is true.'],
      ['f 4 b 2', false, '“f 4 b 2” is false: the element comes from b 1.'],
      ['no', true, '“no” is true.'],
      ['e 6 a 3 4', false, '“e 6 a 3 4” is false: the example has e 7.'],
      ['ok', false, '“ok” hides a difference.'],
      ['e 7 a 3 7', false, '“e 7 a 3 7” is false: 3 becomes 8.'],
      ['ok', false, '“ok” comes before every element is checked.'],
      ['e 7 a 3 9', true, '“e 7 a 3 9” is true.'],
      ['ok', false, '“ok” hides a difference.'],
      ['f 4 b 1', false, '“f 4 b 1” is false: the example has e 7.'],
      ['no', true, '“no” is true.'],
      ['e 7 b 7', false, '“e 7 b 7” is false: the element comes from b 1.'],
      ['no', false, '“no” is false: no difference was found.'],
      ['+3', false, '“+3” is not a check of the form “+3 : e 7 a 3 6 no”.']
    ])
  })

  it('refuses a check that goes on with no proposal, beyond the examples or of another shape of program', () => {
    const ok = 'reverse +3 : e 7 c 4 7 f 4 b 1 4 g 6 a 3 6 ok'
    const why = (completion: string): string => listFunctions.checkSteps(completion, problem()).at(-1)!.why
    assert.equal(why(': e 7 a 3 6 no'), '“: e 7 a 3 6 no” is not a check of the form “+3 : e 7 a 3 6 no”.')
    assert.equal(why(`${ok} : m 8 k 5 8 n 3 j 0 3 o 5 i 2 5 ok : 1 ok`), '“: 1 ok” checks more examples than there are.')
    assert.match(why('+3 reverse : e 7 c 4 7 no'), /checks a program that is not one function, or/)
    assert.equal(why('left : e 7 b 1 f 4 c 4 g 6 a 3 h 1 a 3 ok'), '“ok” hides a difference.')
  })
})

describe('list-functions: demonstrations', () => {
  it('stop early as often as the mix says, and never claim what is false', () => {
    const random = randomStream('search')
    const options = listFunctions.options.parse({})
    const mix = listFunctions.mix.parse({ hit: 0, unchecked: 0, oneExample: 0 })
    let early = 0
    for (let i = 0; i < 500; i++) {
      const item = listFunctions.generate(random, 'train', options)
      const trace = listFunctions.demonstrate(item, random, mix)
      assert.ok(listFunctions.checkSteps(trace, item).every((step) => step.ok), trace)
      if (!trace.includes('ok') && trace.split(' no ').length === 2) early++
    }
    assert.ok(early / 500 > 0.48 && early / 500 < 0.66, `${early / 500}`)
  })

  it('stay under 100 words', () => {
    const random = randomStream('length')
    for (let i = 0; i < 2000; i++) {
      const item = listFunctions.generate(random, 'train', listFunctions.options.parse({}))
      const words = listFunctions.demonstrate(item, random, listFunctions.mix.parse({ giveUp: 0 })).split(' ').length
      assert.ok(words < 100, `${words}`)
    }
  })
})
