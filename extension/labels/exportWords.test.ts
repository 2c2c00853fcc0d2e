import assert from 'node:assert/strict'
import type { LabelManifest } from '../../trainer/protocol/labelRows.ts'
import type { RowsPreview } from '../../trainer/protocol/labelViews.ts'
import { countText, exportedText, EXPORT_WORDS, nothingText, rowCount } from './exportWords.ts'

const preview: RowsPreview = { rows: { critiques: 1, solutions: 0, steps: 20, preferences: 0 }, leftOut: [{ kind: 'steps', reason: 'a suggestion that nobody decided on', count: 3, examples: [] }], labelers: ['ada'], sources: { human: 21 } }

describe('words of an export', () => {
  it('count what each kind would give', () => {
    assert.deepEqual(EXPORT_WORDS.map(({ kind }) => countText(kind, preview)), ['1 row', '20 rows', '0 rows', '0 rows', ''])
    assert.equal(rowCount(preview), 21)
  })

  it('say why there is nothing to export', () => {
    assert.match(nothingText(preview), /left out as a suggestion that nobody decided on\.$/)
    assert.match(nothingText({ ...preview, leftOut: [] }), /no labels/)
  })

  it('say what was exported', () => {
    const files = [{ kind: 'critiques', rows: 2 }, { kind: 'prm800k', rows: 3 }, { kind: 'lineage', rows: 5 }] as LabelManifest['files']
    assert.equal(exportedText({ files, leftOut: [] as LabelManifest['leftOut'] } as LabelManifest), 'Exported rows: Critiques 2, PRM800K 3.')
    assert.match(exportedText({ files, leftOut: preview.leftOut } as unknown as LabelManifest), / Labels left out: 3; the manifest says why\.$/)
  })
})
