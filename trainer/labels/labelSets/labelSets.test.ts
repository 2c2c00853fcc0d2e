import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { checkScores, rubricStanding } from './checkScores.ts'
import { parseLabelSet } from './parseLabelSet.ts'
import { readLabelSets } from './readLabelSets.ts'

const whole = {
  title: 'Quality', description: 'How it argues.', type: 'object',
  properties: {
    clarity: { title: 'Clarity', type: 'integer', minimum: 1, maximum: 5 },
    error: { enum: ['none', 'calculation'] },
    kind: { oneOf: [{ const: 'a', title: 'A' }, { const: 'b' }] },
    sure: { type: 'number', minimum: 0, maximum: 1, description: 'How sure.' },
    recovers: { type: 'boolean' },
    Bemerkung_ä: { type: 'string' }
  },
  required: ['clarity']
}
const parsed = (schema: unknown): ReturnType<typeof parseLabelSet> => parseLabelSet('quality', JSON.stringify(schema), 'quality.json')

describe('label sets', () => {
  it('are read from JSON Schemas, fields in their order', () => {
    const { name, title, description, fields } = parsed(whole)
    assert.deepEqual([name, title, description], ['quality', 'Quality', 'How it argues.'])
    assert.deepEqual(fields, [
      { name: 'clarity', title: 'Clarity', description: '', required: true, type: 'integer', minimum: 1, maximum: 5 },
      { name: 'error', title: 'error', description: '', required: false, type: 'choice', options: ['none', 'calculation'] },
      { name: 'kind', title: 'kind', description: '', required: false, type: 'choice', options: ['a', 'b'] },
      { name: 'sure', title: 'sure', description: 'How sure.', required: false, type: 'number', minimum: 0, maximum: 1 },
      { name: 'recovers', title: 'recovers', description: '', required: false, type: 'boolean' },
      { name: 'Bemerkung_ä', title: 'Bemerkung_ä', description: '', required: false, type: 'text' }
    ])
  })

  it('have a hash of what they say, not of how it is set', () => {
    const spaced = parseLabelSet('quality', `\uFEFF${JSON.stringify(whole, null, 4)}\n`, 'quality.json')
    assert.equal(spaced.schemaHash, parsed(whole).schemaHash)
    assert.notEqual(parsed({ ...whole, title: 'Other' }).schemaHash, parsed(whole).schemaHash)
  })

  it('are refused with file and field where they cannot be asked', () => {
    const field = (value: unknown): unknown => ({ type: 'object', properties: { it: value } })
    const cases: [unknown, RegExp][] = [
      [[], /the schema/], [{ type: 'array', properties: {} }, /type/], [{ type: 'object', properties: {} }, /0 fields/], [{ ...whole, required: ['no'] }, /required: names "no"/],
      [field({ type: 'array' }), /properties\.it: has no "type"/], [field(7), /properties\.it/], [field({ enum: [1, 2] }), /properties\.it\.enum\.0/], [field({ enum: [] }), /properties\.it\.enum/],
      [field({ type: 'integer', minimum: 2, maximum: 1 }), /properties\.it: has a minimum above/], [field({ type: 'string', title: 7 }), /properties\.it\.title/],
      [{ type: 'object', properties: { 'a.b': { type: 'string' } } }, /"a\.b" is no name/], [{ type: 'object', properties: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`f${i}`, { type: 'string' }])) }, /51 fields/]
    ]
    for (const [schema, message] of cases) {
      assert.throws(() => parsed(schema), (error) => LabError.is(error, 'label-set/wrong') && error.message.includes('quality.json') && message.test(error.message), JSON.stringify(schema))
    }
    assert.throws(() => parseLabelSet('x', '{"a"', 'x.json'), (error) => LabError.is(error, 'label-set/wrong'))
    assert.throws(() => parseLabelSet('x', '{"type":"object","properties":{"__proto__":{"type":"string"}}}', 'x.json'), (error) => LabError.is(error, 'label-set/wrong'))
  })

  it('check answers field by field', () => {
    const set = parsed(whole)
    const check = (scores: Record<string, unknown>): string[] => checkScores(set, scores)
    assert.deepEqual(check({ clarity: 5, error: 'none', kind: 'b', sure: 0.5, recovers: false, Bemerkung_ä: '' }), [])
    assert.deepEqual(check({ clarity: 1 }), [])
    const wrong: [Record<string, unknown>, string][] = [
      [{}, 'clarity'], [{ clarity: 6 }, 'clarity'], [{ clarity: 1.5 }, 'clarity'], [{ clarity: '1' }, 'clarity'], [{ clarity: 1, error: 'other' }, 'error'],
      [{ clarity: 1, sure: -0.1 }, 'sure'], [{ clarity: 1, recovers: 'no' }, 'recovers'], [{ clarity: 1, Bemerkung_ä: 1 }, 'Bemerkung_ä'], [{ clarity: 1, more: 1 }, '"more"'], [{ clarity: null }, 'clarity']
    ]
    for (const [scores, named] of wrong) {
      assert.equal(check(scores).length, 1, JSON.stringify(scores))
      assert.ok(check(scores)[0]!.startsWith(named), check(scores)[0])
    }
  })

  it('know answers to what they were before', () => {
    const now = parsed(whole)
    const before = parsed({ ...whole, title: 'Earlier' })
    const rubric = (labelSet: string, schemaHash: string, scores: Record<string, number>): Parameters<typeof rubricStanding>[0] => ({ kind: 'rubric', labelSet, schemaHash, scores })
    assert.equal(rubricStanding(rubric('quality', now.schemaHash, { clarity: 9 }), [now]), 'current')
    assert.equal(rubricStanding(rubric('quality', before.schemaHash, { clarity: 3 }), [now]), 'earlierFits')
    assert.equal(rubricStanding(rubric('quality', before.schemaHash, { clarity: 9 }), [now]), 'earlierMisfit')
    assert.equal(rubricStanding(rubric('other', now.schemaHash, {}), [now]), 'setGone')
  })

  it('are read from a folder; files that are none are named, others left alone', () => {
    const folder = path.join(temporaryFolder(), 'label-sets')
    assert.deepEqual(readLabelSets(folder), { sets: [], faults: [] })
    fs.mkdirSync(folder)
    const elsewhere = path.join(temporaryFolder(), 'set.json')
    fs.writeFileSync(elsewhere, JSON.stringify(whole))
    fs.symlinkSync(elsewhere, path.join(folder, 'linked.json'))
    fs.writeFileSync(path.join(folder, 'b.json'), JSON.stringify(whole))
    fs.writeFileSync(path.join(folder, 'a.json'), '{')
    fs.writeFileSync(path.join(folder, 'huge.json'), ' '.repeat(300_000))
    fs.writeFileSync(path.join(folder, 'README.md'), '')
    const { sets, faults } = readLabelSets(folder)
    assert.deepEqual(sets.map(({ name }) => name), ['b'])
    assert.deepEqual(faults.map((fault) => [path.basename(fault.place ?? ''), fault.code]), [['a.json', 'label-set/wrong'], ['huge.json', 'too-large'], ['linked.json', 'link']])
  })
})
