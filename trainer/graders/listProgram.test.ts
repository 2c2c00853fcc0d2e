import assert from 'node:assert/strict'
import fc from 'fast-check'
import { parseList, parseListProgram, PRIMITIVES, runListProgram, sameList } from './listProgram.ts'

const run = (text: string, input: readonly number[]): string => {
  const parsed = parseListProgram(text.split(' '))
  return parsed.ok ? runListProgram(parsed.value, input).join(' ') : parsed.why
}

describe('list programs', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['reverse', '9 1 4 8'], ['left', '4 1 9 8'], ['right', '9 8 4 1'], ['swap', '4 8 1 9'], ['+1', '9 5 2 0'], ['+3', '1 7 4 2'], ['+5', '3 9 6 4'], ['*3', '4 2 3 7'],
    ['reverse +1', '0 2 5 9'], ['left left left left', '8 4 1 9'], ['Reverse', '“Reverse” is not a function'], ['constructor', '“constructor” is not a function'],
    ['swap swap swap swap swap', 'the program has 5 words, more than 4']
  ]
  for (const [program, expected] of cases) it(`${program} of 8 4 1 9: ${expected}`, () => assert.equal(run(program, [8, 4, 1, 9]), expected))

  it('are total: digits in, digits out, nothing changed in place', () => {
    const program = fc.array(fc.constantFrom(...PRIMITIVES), { minLength: 1, maxLength: 4 })
    fc.assert(fc.property(program, fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 8 }), (steps, input) => {
      const before = [...input]
      const result = runListProgram(steps, input)
      assert.deepEqual(input, before)
      assert.ok(result.length === input.length && result.every((value) => Number.isInteger(value) && value >= 0 && value <= 9))
      for (const { apply, map } of steps) if (map !== undefined) assert.ok(sameList(apply(input), input.map(map)))
    }))
  })

  it('read lists of ASCII digits only', () => {
    assert.deepEqual(parseList(['1', '0']), [1, 0])
    for (const words of [['10'], ['٣'], [''], ['-1'], Array<string>(9).fill('1')]) assert.equal(parseList(words), null)
  })
})
