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
    ['€1,000', '1000'], ['3/4', '3/4'], ['-6/8', '-3/4'], ['1 1/2', '3/2'], ['50%', '1/2'], ['12.5 %', '1/8'], ['.5', '1/2'], ['6e3', '6000'], ['2.5E-1', '1/4'], ['0', '0'], ['-0', '0']
  ]
  for (const [text, expected] of good) it(`reads ${JSON.stringify(text)} as ${expected}`, () => assert.equal(read(text), expected))

  const bad = [
    '', ' ', 'x', '1,23', '12,34,567', '1..2', '1.2.3', '--1', '3/0', '1/2/3', '0x10', 'NaN', 'Infinity', '1e99', '1e999', '٤٢', '４２', '42 apples', '4 2', '1_000', '%', '$', '.', '-',
    '__proto__', '9'.repeat(65), '9'.repeat(1_000_000), '1e', '\u202e42', '42\u200b'
  ]
  for (const text of bad) it(`refuses ${JSON.stringify(text.slice(0, 20))}`, () => assert.equal(read(text), null))

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

describe('compareNumbers', () => {
  it('explains itself', () => {
    assert.deepEqual(compareNumbers('$1,200.00', '1200'), { equal: true, why: '1200 is the expected value' })
    assert.deepEqual(compareNumbers('0.333', '1/3'), { equal: false, why: '333/1000 is not the expected 1/3' })
    assert.deepEqual(compareNumbers('two', '2'), { equal: false, why: '“two” is not a number' })
    assert.deepEqual(compareNumbers('2', 'two'), { equal: false, why: 'the expected answer cannot be read: “two” is not a number' })
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
})
