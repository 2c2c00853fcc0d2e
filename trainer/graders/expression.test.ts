import assert from 'node:assert/strict'
import fc from 'fast-check'
import { evaluate, operands, parseExpression } from './expression.ts'
import { formatRational } from './rational.ts'

/** Value as text, `÷0`, or the reason of refusal. */
function read(text: string): string {
  const parsed = parseExpression(text)
  if (!parsed.ok) return parsed.why
  const value = evaluate(parsed.value)
  return value === null ? '÷0' : formatRational(value)
}

describe('parseExpression', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['7', '7'], ['1 + 2 * 3', '7'], ['( 1 + 2 ) * 3', '9'], ['10-4-3', '3'], ['8/4/2', '1'], ['1/3+1/6', '1/2'], ['2*(3-(4-5))', '8'],
    ['1/(2-2)', '÷0'], ['0/5', '0'], ['999999999999999*999999999999999', '999999999999998000000000000001'],
    ['', 'the expression is empty'], ['   ', 'the expression is empty'], ['1 +', 'the expression ends where a number is expected'],
    ['1 2', '“2” stands after the end of the expression'], ['+1', '“+” stands where a number is expected'], ['1 ** 2', '“*” stands where a number is expected'],
    ['( 1', 'a parenthesis is not closed'], ['1 )', '“)” stands after the end of the expression'], ['()', '“)” stands where a number is expected'],
    ['٣ + 1', '“٣ + 1” is not part of an arithmetic expression'], ['1 + １', '“１” is not part of an arithmetic expression'],
    ['__proto__', '“__proto__” is not part of an arithmetic expression'], ['1e9', '“e9” is not part of an arithmetic expression'],
    ['1.5', '“.5” is not part of an arithmetic expression'], ['1234567890123456', 'a number has 16 digits, more than 15'],
    ['process.exit(1)', '“process.exit” is not part of an arithmetic expression']
  ]
  for (const [text, expected] of cases) it(`${JSON.stringify(text)} → ${expected}`, () => assert.equal(read(text), expected))

  it('bounds length and depth', () => {
    assert.equal(read('( '.repeat(17) + '1' + ' )'.repeat(17)), 'parentheses nest deeper than 16')
    assert.equal(read('( '.repeat(16) + '1' + ' )'.repeat(16)), '1')
    assert.equal(read('('.repeat(100_000)), 'the expression has 100000 characters, more than 256')
  })

  it('agrees with floating point on random expressions of small numbers', () => {
    const { tree } = fc.letrec<{ tree: string; leaf: string }>((tie) => ({
      leaf: fc.integer({ min: 0, max: 20 }).map(String),
      tree: fc.oneof({ maxDepth: 3, withCrossShrink: true }, tie('leaf'), fc.tuple(tie('tree'), fc.constantFrom('+', '-', '*', '/'), tie('tree')).map(([a, o, b]) => `( ${a} ${o} ${b} )`))
    }))
    fc.assert(
      fc.property(tree, (text) => {
        const parsed = parseExpression(text)
        fc.pre(parsed.ok)
        const value = evaluate(parsed.value)
        // The text holds digits, operators and parentheses only: an independent evaluator.
        const expected = new Function(`return ${text}`)() as number
        if (value === null) assert.ok(!Number.isFinite(expected) || Number.isNaN(expected) || text.includes('/'))
        else assert.ok(Math.abs(Number(value.numerator) / Number(value.denominator) - expected) <= 1e-9 * Math.max(1, Math.abs(expected)))
        assert.deepEqual(operands(parsed.value), [...text.matchAll(/[0-9]+/g)].map((match) => Number(match[0])))
      })
    )
  })
})
