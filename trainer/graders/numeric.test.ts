import assert from 'node:assert/strict'
import fc from 'fast-check'
import { compareNumbers, lastNumber, parseNumber } from './numeric.ts'
import { formatRational } from './rational.ts'

const read = (text: string): string | null => {
  const parsed = parseNumber(text)
  return parsed.ok ? formatRational(parsed.value) : null
}

describe('parseNumber', () => {
  const good: readonly (readonly [string, string])[] = [
    ['42', '42'], [' 42. ', '42'], ['-7', '-7'], ['+7', '7'], ['007', '7'], ['1,234', '1234'], ['1,234,567.50', '2469135/2'], ['$3', '3'], ['-$ 3.5', '-7/2'],
    ['€1,000', '1000'], ['3/4', '3/4'], ['-6/8', '-3/4'], ['1 1/2', '3/2'], ['50%', '1/2'], ['12.5 %', '1/8'], ['.5', '1/2'], ['6e3', '6000'], ['2.5E-1', '1/4'], ['0', '0'], ['-0', '0'],
    ['−5', '-5'], ['–5', '-5'], ['- 5', '-5'], ['$-3', '-3'], ['1 / 4', '1/4'], ['1,000 1/2', '2001/2'], ['2.5/10', '1/4'], ['1,000e3', '1000000'], ['3.5 × 10^4', '35000'], ['1e−2', '1/100'],
    ['**42**', '42'], ['**42.**', '42'], ['**42**.', '42'], ['$42$', '42'], ['(1/2)', '1/2'], ['90°', '90']
  ]
  for (const [text, expected] of good) it(`reads ${JSON.stringify(text)} as ${expected}`, () => assert.equal(read(text), expected))

  const bad = [
    '', ' ', 'x', '1,23', '12,34,567', '1..2', '1.2.3', '--1', '3/0', '1/2/3', '0x10', 'NaN', 'Infinity', '1e99', '1e999', '٤٢', '４２', '42 apples', '4 2', '1_000', '%', '$', '.', '-',
    '__proto__', '9'.repeat(65), '9'.repeat(1_000_000), '1e', '\u202e42', '42\u200b', '4 or 5', '10 - 3', '10-3', '2 + 3', '2 * 3', '2^10', '10^4', '3 × 10^4 × 10^2', '(1,234)', '-(5)', 'x = 5', '5..', '1½',
    '1e31', '1 1/0', '1 1/2.5', `${'('.repeat(200)}1`
  ]
  for (const text of bad) it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => assert.equal(read(text), null))

  const latex: readonly (readonly [string, string])[] = [
    ['\\frac{1}{2}', '1/2'], ['\\dfrac{1}{2}', '1/2'], ['\\tfrac{1}{2}', '1/2'], ['\\frac12', '1/2'], ['-\\frac{3}{4}', '-3/4'], ['\\frac{-3}{4}', '-3/4'], ['2\\frac{1}{2}', '5/2'], ['-2\\frac12', '-5/2'], ['1{,}000', '1000'], ['1\\,000\\,000', '1000000'], ['1,\\!000', '1000'],
    ['50\\%', '1/2'], ['\\$5', '5'], ['3.5 \\times 10^{4}', '35000'], ['2\\cdot10^{-2}', '1/50'], ['90^\\circ', '90'], ['90^{\\circ}', '90'], ['\\left(\\frac{1}{2}\\right)', '1/2'], ['\\(5\\)', '5'], ['\\mathbf{42}', '42'], ['\\text{42}', '42'],
    ['5 \\text{ apples}', '5'], ['5~\\text{cm}', '5'], ['5\\,\\mathrm{m/s}^{2}', '5'], ['300 \\text{ K}', '300'], ['60 \\text{ miles per hour}', '60'], ['90^\\circ\\text{C}', '90'], ['$\\frac{1}{2}$.', '1/2']
  ]
  for (const [text, expected] of latex) it(`reads ${text} as ${expected}`, () => assert.equal(read(text), expected))

  const noNumber = [
    '4\\text{ or }5', '5 \\text{ or 6}', '5 \\text{ or more}', '5\\text{ million}', '5\\text{ thousand}', '5\\text{k}', '5 \\text{ percent}', '5\\text{\\%}', '1 \\text{ and } 1/2', '1\\text{ or }1/2', '1\\text{ and a half}', '\\text{minus }5', '5 \\text{ degrees below zero}',
    '\\frac{1}{2}3', '\\frac123', '\\frac{1}{0}', '\\frac{\\pi}{2}', '\\frac12\\frac34', '2\\frac{-3}{4}', '2\\sqrt{3}', '3\\pi', '\\pm 5', '3 \\times 4', '10^{4}', '\\left(1,234\\right)', '1\\,2', '\\text{5 apples}'
  ]
  for (const text of noNumber) it(`refuses ${text}`, () => assert.equal(read(text), null))

  it('reads what JavaScript prints of decimals with two places', () => {
    fc.assert(fc.property(fc.integer({ min: -1e9, max: 1e9 }), (cents) => {
      const sign = cents < 0 ? '-' : ''
      const text = `${sign}${Math.floor(Math.abs(cents) / 100)}.${String(Math.abs(cents) % 100).padStart(2, '0')}`
      const parsed = parseNumber(text)
      assert.ok(parsed.ok)
      assert.equal(parsed.value.numerator * 100n, BigInt(cents) * parsed.value.denominator)
    }))
  })
})

/** Numbers in every way of writing, and near misses. */
const writtenNumber: fc.Arbitrary<string> = (() => {
  const digits = fc.integer({ min: 0, max: 99_999 }).map(String)
  const grouped = fc.integer({ min: 1000, max: 99_999_999 }).map((number) => number.toLocaleString('en-US'))
  const decimal = fc.oneof(digits, grouped, fc.tuple(fc.oneof(digits, grouped, fc.constant('')), digits).map((parts) => parts.join('.')))
  const joined = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> => fc.tuple(...parts).map((texts) => texts.join(''))
  const latex = joined(fc.constantFrom('', '2', '-', '10'), fc.constantFrom('\\frac{', '\\dfrac{', '\\tfrac{-'), digits, fc.constant('}{'), digits, fc.constant('}'))
  const scientific = joined(decimal, fc.constantFrom('e', 'E-', 'e+', 'e−', ' \\times 10^', '×10^', ' × 10^-'), fc.integer({ min: 0, max: 40 }).map(String))
  const fraction = joined(decimal, fc.constantFrom('/', ' / ', ' /', '⁄'), decimal)
  const size = fc.oneof(decimal, fraction, joined(digits, fc.constant(' '), fraction), scientific, latex)
  const prefix = fc.constantFrom('', '', '-', '−', '–', '- ', '+', '$', '-$', '$-', '€ ', '- £', '\\$')
  const [opened, closed] = [fc.constantFrom('', '', '', '**', '$', '(', '\\left(', '\\mathbf{'), fc.constantFrom('', '', '', '.', '%', ' %', '\\%', '**', '$', ')', '\\right)', '}', '^\\circ', '\\text{ cm}^2', '~\\mathrm{kg}')]
  return joined(opened, prefix, size, closed)
})()

describe('compareNumbers', () => {
  it('explains itself', () => {
    assert.deepEqual(compareNumbers('$1,200.00', '1200'), { equal: true, why: '1200 is the expected value' })
    assert.deepEqual(compareNumbers('0.333', '1/3'), { equal: false, why: '333/1000 is not the expected 1/3' })
    assert.deepEqual(compareNumbers('two', '2'), { equal: false, why: '“two” is not a number' })
    assert.deepEqual(compareNumbers('2', 'two'), { equal: false, why: 'the expected answer cannot be read: “two” is not a number' })
  })

  it('takes a number for equal without a percent sign that the other does not have', () => {
    assert.deepEqual(compareNumbers('50%', '50'), { equal: true, why: 'without the percent sign 50 is the expected value' })
    assert.deepEqual(compareNumbers('50', '50\\%'), { equal: true, why: 'without the percent sign 50 is the expected value' })
    assert.deepEqual(compareNumbers('0.5', '50%'), { equal: true, why: '1/2 is the expected value' })
    assert.equal(compareNumbers('$50\\%$.', '0.5').equal, true)
    assert.equal(compareNumbers('51%', '50', { absolute: 1, relative: 0 }).why, 'without the percent sign 51 is within the tolerance of the expected 50')
    assert.deepEqual(compareNumbers('51%', '50'), { equal: false, why: '51/100 is not the expected 50' })
    for (const [answer, expected] of [['50%', '0.5%'], ['50', '0.5'], ['5000', '50%'], ['0.5%', '50']] as const) assert.equal(compareNumbers(answer, expected).equal, false, `${answer}, ${expected}`)
  })

  it('takes either tolerance, borders included', () => {
    assert.equal(compareNumbers('0.333', '1/3', { absolute: 0.01, relative: 0 }).why, '333/1000 is within the tolerance of the expected 1/3')
    assert.equal(compareNumbers('10.5', '10', { absolute: 0.5, relative: 0 }).equal, true)
    assert.equal(compareNumbers('10.51', '10', { absolute: 0.5, relative: 0 }).equal, false)
    assert.equal(compareNumbers('-110', '-100', { absolute: 0, relative: 0.125 }).equal, true)
    assert.equal(compareNumbers('-113', '-100', { absolute: 0, relative: 0.125 }).equal, false)
  })
})

describe('lastNumber', () => {
  it('finds the last number of a text', () => {
    assert.equal(lastNumber('He has 3 apples and pays $1,250.50 in all.'), '$1,250.50')
    assert.equal(lastNumber('so 3/4 of it, then 50%'), '50%')
    assert.equal(lastNumber('nothing'), null)
    assert.equal(lastNumber(`${'1,'.repeat(300_000)}7`), '7')
    assert.equal(lastNumber(`7${' '.repeat(5000)}`), null)
  })

  it('is not slowed down by digits and commas without end', () => {
    assert.equal(lastNumber(`${'1,111'.repeat(60_000)}1 2`), '2')
  })

  const found: readonly (readonly [string, string])[] = [
    ['It is 1e3', '1e3'], ['The probability is .5', '.5'], ['a mole is 6.02e23', '6.02e23'], ['1 1/2 cups', '1 1/2'], ['1 / 4', '1 / 4'], ['6.02 \\times 10^{23} of them', '6.02 × 10^23'],
    ['It is 50 %.', '50 %'], ['in all €1,000.', '€1,000'], ['12 km', '12'], ['1, 2, 3', '3'], ['1,2,3', '3'], ['12/25/2024', '2024'], ['version 1.2.3', '3'], ['Fig.5', '5'], ['so...5', '5'], ['5 m^2', '5'], ['5 m²', '5'],
    ['1{,}000 in all', '1,000'], ['$\\frac{1}{2}$', '$1/2'], ['half: 2\\frac{1}{2}.', '2 1/2'], ['50\\%', '50%'], ['the 5^{th}', '5']
  ]
  for (const [text, number] of found) it(`finds ${number} in ${JSON.stringify(text)}`, () => assert.equal(lastNumber(text), number))

  const signs: readonly (readonly [string, string])[] = [
    ['−5 degrees', '-5'], ['- 5 degrees', '-5'], ['it is - 5', '-5'], ['it is -5', '-5'], ['it is –5', '-5'], ['x = -5', '-5'], ['(-5, -6)', '-6'], ['**-5**', '-5'], ['-$5', '-5'], ['so $x=-5$', '-5'], ['a -5% change', '-1/20'], ['as is:\n-5', '-5'],
    ['-\\frac{3}{4}', '-3/4'],
    ['x = 10-3', '3'], ['10 - 3', '3'], ['10 -3', '3'], ['10−3', '3'], ['(4+6) - 3', '3'], ['[4]-3', '3'], ['x-3', '3'], ['x - 3', '3'], ['a - 3', '3'], ['GPT-4', '4'], ['3–5 days', '5'], ['10%-20%', '1/5'], ['$10$ - $3$', '3'], ['2024-01-05', '5'],
    ['Items:\n- 5', '5'], ['the answer--5', '5']
  ]
  for (const [text, value] of signs) it(`reads ${value} in ${JSON.stringify(text)}`, () => assert.equal(read(lastNumber(text)!), value))

  it('takes no part of what cannot be read for the answer', () => {
    for (const text of ['It is 1e999', '1e31', '2^10', '2^{10}', '10^3.5', '1½', '10⁴', '3/0']) assert.equal(read(lastNumber(text)!), null, text)
    assert.equal(lastNumber(`${'1'.repeat(4000)} apples`), null)
  })

  it('reads the same number in a text as alone', () => {
    let numbers = 0
    fc.assert(fc.property(writtenNumber, (text) => {
      const alone = read(text)
      fc.pre(alone !== null)
      numbers++
      for (const sentence of [`… is ${text} …`, `So it is ${text}.`, `(1) the sum, 7, is\n${text}\napples`]) {
        if (/^[-+−] /.test(text) && sentence.includes(`\n${text}`)) continue
        assert.equal(read(lastNumber(sentence)!), alone, sentence)
      }
    }), { numRuns: 3000 })
    assert.ok(numbers > 1000)
  })
})
