import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { randomStream } from '../random/random.ts'
import { findEnvironment, parseMix, parseOptions } from './registry.ts'

/**
 * SHA-256 over the first 20 problems of each split with the solution and a demonstration of each. Base models, recorded runs
 * and figures rest on them: a change here makes all of these unrepeatable.
 */
const GOLDEN: Readonly<Record<string, readonly [options: object, hash: string][]>> = {
  countdown: [[{}, 'bbeba23386cca26b'], [{ count: 4, useAll: true }, '0157343203abd774']],
  'arithmetic-chain': [[{}, '92b77386df01737e'], [{ minOperations: 7, maxOperations: 8 }, '3c07a2679158c039']],
  'string-composition': [[{}, '233b5f106d661d88'], [{ depths: [[1, 0.4], [2, 0.45], [3, 0.15]] }, 'abddbc52038b10c2']],
  'list-functions': [[{}, '9f707d279d1f2e16'], [{ singles: 0.2, examples: 3, length: 4 }, '346a138072a37d1b']],
  'function-synthesis': [[{}, '0c6bc00c5f887e32'], [{ examples: 5, language: 'python' }, 'b75184fb9975541a']],
  'code-repair': [[{}, 'a43677ba16e22399'], [{ repairs: 3, feedback: 'newTests' }, '1261c103d882211f'], [{ earlier: [[1, 0.65], [2, 0.35]], feedback: 'verdict' }, '49ec9b136ac1756f']],
  sql: [[{}, 'c03bd3739e559b3d']]
}

function hashOf(name: string, options: object): string {
  const environment = findEnvironment(name)
  const [parsed, mix] = [parseOptions(environment, options), parseMix(environment, {})]
  const texts = (['train', 'tuning', 'heldOut'] as const).flatMap((split) => {
    const random = randomStream('golden', split)
    return Array.from({ length: 20 }, () => {
      const problem = environment.generate(random, split, parsed)
      return [problem, environment.solution(problem), environment.demonstrate(problem, random, mix)]
    })
  })
  return createHash('sha256').update(JSON.stringify(texts)).digest('hex').slice(0, 16)
}

describe('generated problems', () => {
  for (const [name, cases] of Object.entries(GOLDEN)) {
    for (const [options, hash] of cases) {
      it(`of ${name} with ${JSON.stringify(options)} are what they were`, () => assert.equal(hashOf(name, options), hash))
    }
  }
})
