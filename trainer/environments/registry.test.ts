import assert from 'node:assert/strict'
import { environmentNames, findEnvironment, openEnvironment, parseMix, parseOptions } from './registry.ts'

describe('environment registry', () => {
  it('lists the environments', () => {
    assert.deepEqual(environmentNames(), ['countdown', 'arithmetic-chain', 'string-composition', 'list-functions', 'maze-walk', 'function-synthesis', 'code-repair', 'sql', 'workspace', 'jsonl'])
    for (const name of environmentNames()) assert.equal(findEnvironment(name).name, name)
  })

  it('names the nearest valid name, the place and the remedy', () => {
    assert.throws(() => findEnvironment('count-down', 'a.run.json:3:5'), {
      code: 'environment/unknown',
      message: 'There is no environment “count-down”. Did you mean “countdown”?',
      remedy: 'Use one of countdown, arithmetic-chain, string-composition, list-functions, maze-walk, function-synthesis, code-repair, sql, workspace, jsonl, or a module of the workspace.',
      place: 'a.run.json:3:5'
    })
    assert.throws(() => findEnvironment('__proto__'), { message: 'There is no environment “__proto__”.' })
    assert.throws(() => findEnvironment('x'.repeat(1_000_000)), { code: 'environment/unknown' })
  })

  it('names each wrong option', () => {
    const chain = findEnvironment('arithmetic-chain')
    assert.throws(() => parseOptions(chain, { minOperations: 7 }), { code: 'environment/bad-options', message: 'arithmetic-chain: options.maxOperations: must not be below minOperations.' })
    assert.throws(() => parseOptions(chain, { operation: 7 }), { message: /Unrecognized key: "operation"/ })
    assert.throws(() => parseMix(chain, { corrupt: 2 }), { code: 'environment/bad-mix', message: /mix\.corrupt/ })
    assert.throws(() => parseOptions(findEnvironment('countdown'), { lowestTarget: 50, highestTarget: 40 }), { message: /options\.highestTarget: must not be below lowestTarget/ })
    assert.throws(() => parseOptions(findEnvironment('jsonl'), { path: 'x', template: 'no' }), { message: /options\.template: must hold \{prompt\}/ })
  })

  it('opens an environment with its defaults filled in', async () => {
    const { environment, options } = await openEnvironment({ name: 'string-composition' }, '.')
    assert.deepEqual([environment.name, options], ['string-composition', { depth: 2 }])
  })
})
