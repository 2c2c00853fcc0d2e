import assert from 'node:assert/strict'
import { ROW_SCHEMAS } from '../../protocol/labelRows.ts'
import type { LabelManifest, RowKind } from '../../protocol/labelRows.ts'
import { firstError, label, trace } from '../rows/rows.fixture.ts'
import { datasetCard } from './datasetCard.ts'
import { datasetInfo } from './datasetFeatures.ts'
import { prm800kRecords } from './prm800kRecords.ts'
import type { ExportKind } from './rowFiles.ts'

const manifest = (files: readonly [ExportKind | 'lineage', string][]): LabelManifest => ({
  version: 1, at: '2030-01-01T00:00:00.000Z', run: { directory: 'run', runId: 'run' }, files: files.map(([kind, file]) => ({ kind, file, rows: 2, sha256: '' })),
  labelFiles: [], rolloutsSha256: '', labelers: [], sources: { human: 2 }, options: { includeModelSources: false, includeHeldOut: false }, leftOut: []
})
const headOf = (card: string): string[] => card.split('---\n')[1]!.trimEnd().split('\n')

/** Names in the order in which they stand, each with its depth: lists and structs of a record are one deeper. */
function namesOf(value: unknown, depth = 0): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : namesOf(value[0], depth)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [`${depth} ${name}`, ...namesOf(inner, depth + 1)])
}

describe('the card of an export', () => {
  it('tells the type of every column, so that no reader guesses them', () => {
    assert.deepEqual(headOf(datasetCard(manifest([['steps', 'steps.jsonl'], ['lineage', 'lineage.jsonl']]))), [
      'configs:', '- config_name: steps', '  data_files: steps.jsonl', 'dataset_info:', '- config_name: steps', '  features:',
      '  - name: prompt', '    dtype: string', '  - name: completions', '    list: string', '  - name: labels', '    list: bool', '  - name: sources', '    list: string'
    ])
  })

  it('has configurations and types of the same files alone', () => {
    const head = headOf(datasetCard(manifest([['critiques', 'critiques.parquet'], ['prm800k', 'prm800k.jsonl'], ['lineage', 'lineage.jsonl']])))
    assert.deepEqual(head.filter((line) => line.startsWith('- config_name')), ['- config_name: critiques', '- config_name: critiques'])
  })

  it('names the columns that rows have, those that may be absent too', () => {
    for (const [kind, { shape }] of Object.entries(ROW_SCHEMAS)) {
      const named = datasetInfo(kind as RowKind).flatMap((line) => /^ {2}- name: (\w+)/.exec(line)?.[1] ?? [])
      assert.deepEqual(named, [...Object.keys(shape), 'sources'])
    }
  })

  it('names all that a record of PRM800K has, at its place', () => {
    const right = trace('r1', ['1 + 1 = 2'])
    const [record] = prm800kRecords('run', [label(right, firstError(null))], new Map([[right.id, right]]), { includeModelSources: false, joint: '' })
    const named = datasetInfo('prm800k').flatMap((line) => {
      const match = /^( +)- name: (\w+)/.exec(line)
      return match === null ? [] : [`${match[1]!.length / 2 - 1} ${match[2]}`]
    })
    assert.deepEqual(named, namesOf(record!.row))
  })
})
