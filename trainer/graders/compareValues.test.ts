import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { compareValues } from './compareValues.ts'
import { showValue } from './showValue.ts'
import { readSpecial, writeSpecial } from './specialValues.ts'
import type { JsonValue } from './specialValues.ts'

const equal = (got: JsonValue, expected: JsonValue, tolerance?: number): boolean => compareValues(got, expected, tolerance).equal

describe('compareValues', () => {
  it('never takes one kind for another', () => {
    const values: JsonValue[] = [0, 1, '', '0', '1', true, false, null, [], {}, [0], { 0: 0 }, 'null', '[]', writeSpecial(undefined), writeSpecial(NaN), writeSpecial(Infinity), 'NaN', [[]], { a: null }, { $special: 'other' }, writeSpecial(10n ** 30n)]
    for (const [i, got] of values.entries()) {
      for (const [j, expected] of values.entries()) assert.equal(equal(got, expected), i === j, `${i} ${j} ${JSON.stringify(got)} ${JSON.stringify(expected)}`)
    }
  })

  it('agrees with a deep comparison of its own making on values without specials', () => {
    fc.assert(fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const [left, right] = [JSON.parse(JSON.stringify(a)), JSON.parse(JSON.stringify(b))] as [JsonValue, JsonValue]
      assert.ok(equal(left, left))
      assert.equal(equal(left, right), isDeepStrictEqual(left, right))
    }))
  })

  it('takes numbers for what they are: 2 is 2.0, −0 is 0, NaN only NaN, infinities apart', () => {
    assert.ok(equal(-0, 0) && equal(0, -0) && equal(2, 2.0))
    assert.ok(equal(writeSpecial(NaN), writeSpecial(NaN)))
    assert.ok(!equal(writeSpecial(NaN), 0) && !equal(0, writeSpecial(NaN), 1e9))
    assert.ok(equal(writeSpecial(Infinity), writeSpecial(Infinity)) && !equal(writeSpecial(Infinity), writeSpecial(-Infinity), 1e9))
    assert.ok(!equal(1e308, writeSpecial(Infinity), 1e9))
  })

  it('compares integers beyond 2^53 exactly', () => {
    const huge = 2n ** 53n + 1n
    assert.ok(equal(writeSpecial(huge), writeSpecial(huge)))
    // The double next to it, which a careless reader makes of it.
    assert.ok(!equal(Number(huge), writeSpecial(huge)) && !equal(writeSpecial(huge), Number(huge)))
    assert.ok(equal(writeSpecial(10n ** 20n), 1e20) && equal(1e20, writeSpecial(10n ** 20n)))
    assert.ok(equal(writeSpecial(huge), Number(huge), 1e-9), 'a tolerance holds for them too')
    assert.equal(writeSpecial(5n), 5)
  })

  it('allows the tolerance, absolute below 1 and relative above, at every depth', () => {
    assert.ok(equal(0.1 + 0.2, 0.3, 1e-12) && !equal(0.1 + 0.2, 0.3))
    assert.ok(equal(1000.5, 1000, 1e-3) && !equal(1002, 1000, 1e-3))
    assert.ok(equal(0.0005, 0, 1e-3) && !equal(0.002, 0, 1e-3))
    assert.ok(equal({ a: [1.0001] }, { a: [1] }, 1e-3) && !equal({ a: ['1.0001'] }, { a: [1] }, 1e-3))
  })

  it('says where the difference is', () => {
    assert.equal(compareValues([1, { a: [2, 3] }], [1, { a: [2, 4] }]).why, 'at [1]["a"][1]: 3 instead of 4')
    assert.equal(compareValues([1], [1, 2]).why, 'a list of 1 instead of 2 values')
    assert.equal(compareValues({ a: 1 }, { b: 1 }).why, 'the key “b” is missing')
    assert.equal(compareValues({ a: 1, b: 2 }, { a: 1 }).why, 'the key “b” is not expected')
  })

  it('does not look at what objects inherit, or go deeper than what is expected', () => {
    assert.ok(!equal(JSON.parse('{"__proto__": {"a": 1}}') as JsonValue, { a: 1 }))
    assert.ok(!equal({}, JSON.parse('{"toString": null}') as JsonValue))
    let deep: JsonValue = 1
    for (let i = 0; i < 100_000; i++) deep = [deep]
    assert.ok(!equal(deep, 1) && !equal(deep, [2]))
  })

  it('leaves an object that only looks special as it is', () => {
    const lookalike = { $special: 'NaN', more: 1 }
    assert.equal(readSpecial(lookalike), null)
    assert.ok(equal(lookalike, lookalike) && !equal(lookalike, writeSpecial(NaN)))
    assert.equal(readSpecial({ $special: '12x' }), null)
    assert.equal(readSpecial({ $special: `1${'0'.repeat(1e6)}` }), null)
  })
})

describe('showValue', () => {
  it('writes values as people read them', () => {
    assert.equal(showValue({ a: [1, -0, 'x"y', null, true], b: writeSpecial(NaN), c: writeSpecial(undefined), d: writeSpecial(2n ** 64n) }, 200), '{"a": [1, -0, "x\\"y", null, true], "b": NaN, "c": undefined, "d": 18446744073709551616}')
  })

  it('is cut to its length, however long or deep the value is', () => {
    let deep: JsonValue = []
    for (let i = 0; i < 100_000; i++) deep = [deep]
    assert.ok(showValue(deep, 1000).length < 200)
    assert.equal(showValue('x'.repeat(1e6), 10).length, 11)
    assert.equal(showValue(Array.from({ length: 1e6 }, () => 1), 20).length, 21)
    assert.equal(showValue({ [`k${'x'.repeat(1e6)}`]: 1 }, 20).length, 21)
  })
})
