import assert from 'node:assert/strict'
import fc from 'fast-check'
import { averageAtN, passAtK } from './passAtK.ts'

/** Share of the k-subsets of n samples, of which the first c are right, that hold a right one: counted one by one. */
function byEnumeration(n: number, c: number, k: number): number {
  let subsets = 0
  let solved = 0
  for (let bits = 0; bits < 2 ** n; bits++) {
    const chosen = Array.from({ length: n }, (_, i) => i).filter((i) => bits & (1 << i))
    if (chosen.length !== k) continue
    subsets++
    if (chosen.some((i) => i < c)) solved++
  }
  return solved / subsets
}

describe('passAtK', () => {
  it('is the share of subsets with a right sample, for every n up to 8', () => {
    for (let n = 1; n <= 8; n++) {
      for (let c = 0; c <= n; c++) {
        for (let k = 1; k <= n; k++) {
          const value = passAtK({ samples: n, right: c }, k)
          assert.ok(Math.abs(value - byEnumeration(n, c, k)) < 1e-12, `n ${n}, c ${c}, k ${k}: ${value}`)
        }
      }
    }
  })

  it('is avg@n for k = 1, and 1 or 0 for k = n', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 300 }), fc.nat(300), (samples, some) => {
      const right = Math.min(some, samples)
      assert.ok(Math.abs(passAtK({ samples, right }, 1) - averageAtN({ samples, right })) < 1e-12)
      assert.equal(passAtK({ samples, right }, samples), right > 0 ? 1 : 0)
    }))
  })

  it('does not fall as k grows', () => {
    fc.assert(fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(60), (samples, some) => {
      const right = Math.min(some, samples)
      const curve = Array.from({ length: samples }, (_, i) => passAtK({ samples, right }, i + 1))
      assert.ok(curve.every((value, i) => i === 0 || value >= (curve[i - 1] ?? 0) - 1e-12))
    }))
  })

  it('refuses a k that the samples cannot support', () => {
    assert.throws(() => passAtK({ samples: 3, right: 1 }, 4), RangeError)
    assert.throws(() => passAtK({ samples: 3, right: 1 }, 0), RangeError)
    assert.throws(() => averageAtN({ samples: 0, right: 0 }), RangeError)
  })
})
