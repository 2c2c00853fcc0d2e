import assert from 'node:assert/strict'
import { formulaAt } from './formulas.ts'

const read = (text: string) => {
  const formula = formulaAt(text, 0)
  return formula && [formula.text, formula.display]
}

describe('formulaAt', () => {
  it('reads the four kinds of delimiters', () => {
    assert.deepEqual(read('$x^2$ rest'), ['x^2', false])
    assert.deepEqual(read('$$\\sum_k\nk$$'), ['\\sum_k\nk', true])
    assert.deepEqual(read('\\(a_1\\)'), ['a_1', false])
    assert.deepEqual(read('\\[a\nb\\] rest'), ['a\nb', true])
  })

  it('leaves prices and lone dollars alone', () => {
    for (const text of ['$5 and $6', '$ x $', '$', '$$', 'x', '\\x', '\\(never closed']) assert.equal(read(text), undefined, text)
  })

  it('does not look further than a formula can be long', () => {
    assert.equal(read(`$${'x'.repeat(1_000_000)}$`), undefined)
  })
})
