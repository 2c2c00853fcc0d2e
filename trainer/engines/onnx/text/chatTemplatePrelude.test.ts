import assert from 'node:assert/strict'
import { Template } from '@huggingface/jinja'
import { chatTemplatePrelude, folderSource } from '../../chatTemplatePrelude.ts'

const rendered = (template: string, kwargs: Parameters<typeof chatTemplatePrelude>[0], given: Record<string, unknown> = {}): string =>
  new Template(chatTemplatePrelude(kwargs) + template).render(given)

describe('chatTemplatePrelude', () => {
  it('gives variables their values, of any kind that JSON has', () => {
    const kwargs = { flag: true, off: false, nothing: null, text: '“%}” {{ 1 }} \\ "q"\n\t', many: [1, [2.5]], deep: { a: { 'b c': -1 } } }
    assert.equal(rendered('{{ flag }} {{ off }} {{ nothing is none }} {{ text }} {{ many[1][0] }} {{ deep["a"]["b c"] }}', kwargs), 'true false true “%}” {{ 1 }} \\ "q"\n\t 2.5 -1')
  })

  it('writes numbers without exponents', () => {
    for (const value of [1e-7, 1e21, 123456789.125, -3, 0]) {
      assert.doesNotMatch(chatTemplatePrelude({ value }), /\de/)
      assert.equal(rendered('{{ value == wanted }}', { value }, { wanted: value }), 'true', String(value))
    }
  })

  it('leaves what whoever renders says', () => assert.equal(rendered('{{ effort }}', { effort: 'high' }, { effort: 'low' }), 'low'))

  it('is no part of a model that needs none', () => {
    assert.deepEqual([folderSource('/m'), folderSource('/m', {})], [{ kind: 'folder', folder: '/m' }, { kind: 'folder', folder: '/m' }])
    assert.deepEqual(folderSource('/m', { a: 1 }), { kind: 'folder', folder: '/m', chatTemplatePrelude: '{%- if a is not defined %}{%- set a = 1 %}{%- endif %}' })
  })
})
