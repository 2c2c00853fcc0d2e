import assert from 'node:assert/strict'
import { boundaryAskedFor, leastBoundary } from './leastBoundary.ts'
import type { Boundary } from './leastBoundary.ts'

describe('the least boundary', () => {
  const running = (passed: Readonly<Record<Boundary, readonly string[]>>, refused: readonly Boundary[] = []) => async (boundary: Boundary) =>
    ({ passed: new Set(passed[boundary]), refused: refused.includes(boundary) })
  const chosen = async (...given: Parameters<typeof running>): Promise<Boundary> => (await leastBoundary(running(...given))).boundary

  it('is the narrowest behind which as much passes as behind the widest', async () => {
    assert.equal(await chosen({ data: ['a'], functions: ['a'], objects: ['a'] }), 'data')
    assert.equal(await chosen({ data: [], functions: ['a'], objects: ['a'] }), 'functions')
    assert.equal(await chosen({ data: [], functions: [], objects: ['a'] }), 'objects')
  })

  it('refuses nothing of code that passes nowhere', async () => {
    assert.equal(await chosen({ data: [], functions: [], objects: [] }, ['data']), 'functions')
    assert.equal(await chosen({ data: [], functions: [], objects: [] }, ['data', 'functions']), 'objects')
  })

  it('lies at no narrower one than is asked for', async () => {
    const everywhere = running({ data: ['a'], functions: ['a'], objects: ['a'] })
    assert.deepEqual([(await leastBoundary(everywhere, 'functions')).boundary, (await leastBoundary(everywhere, 'objects')).boundary], ['functions', 'objects'])
  })
})

describe('what the words of a test ask for', () => {
  const script = (body: string, imports = "import { sum, Queue } from '../src/lists.js'"): Boundary => boundaryAskedFor('test/a.test.ts', `import { Temp } from './temp.js'\n${imports}\n${body}`, ['src/lists.ts'])
  const python = (body: string, imports = 'from shop.lists import total, Basket'): Boundary =>
    boundaryAskedFor('tests/test_a.py', `from decimal import Decimal\nimport pytest\n${imports}\n${body}`, ['shop/lists.py'])

  it('is data where functions are called', () => {
    assert.deepEqual([script('assert.equal(sum([1]), 1); new Map(); new Temp(); sum(sum(1))'), python('assert total([Decimal(1)]) == 1'), python('with pytest.raises(Basket):\n    total(1)')], ['data', 'data', 'data'])
  })

  it('is functions where what they give is called', () => {
    assert.deepEqual([script('assert.equal(sum(1)(2), 3)'), python('assert total(1)(2) == 3')], ['functions', 'functions'])
  })

  it('is objects where a class of the file is constructed', () => {
    assert.deepEqual([script('new Queue()'), script('new lists.Queue()', "import * as lists from '../src/lists.js'"), script('new Q()', "const { Queue: Q } = require('../src/lists')")], ['objects', 'objects', 'objects'])
    assert.deepEqual([python('Basket(1)'), python('lists.Basket(1)', 'from shop import lists'), python('Basket()', 'from shop.lists import (\n    total,\n    Basket,\n)')], ['objects', 'objects', 'objects'])
  })
})
