import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Label, Opinion } from '../../protocol/label.ts'
import { RowKind } from '../../protocol/labelRows.ts'
import { rowKindsOf } from './admission.ts'
import { joinPreviews, previewOf } from './previewRows.ts'
import { rowBatches } from './rowBatches.ts'
import { better, byId, critique, firstError, label, MODEL, ORACLE, prefers, rating, trace, verdict } from './rows.fixture.ts'
import { joinRows, rowsOf } from './rowsOf.ts'

const ROLLOUTS = [trace('r1', ['1 + 1 = 2', '2 + 2 = 4']), trace('r2', ['1 + 1 = 3', '3 + 2 = 5'], '5'), trace('r3', ['1 + 1 = 2'], '2'), trace('e1', ['1 + 1 = 2'], '2', { kind: 'evaluation' })]
const GONE = trace('r9', ['gone'])
const rollouts = byId(...ROLLOUTS)
const OPTIONS = { includeModelSources: false }

const opinions: readonly Opinion[] = [
  verdict(true), verdict(false), firstError(null), firstError(0), firstError(1), firstError(9), critique('Said.'), better('trace', 'other'), better('answer', '7'), better('step', '1 = 1'),
  ...([-1, 0, 1, 'unsure'] as const).map(rating), ...([...ROLLOUTS, GONE].flatMap((other) => [prefers('this', other, 'Why.'), prefers('other', other), prefers('equal', other)])),
  { kind: 'note', text: 'No row.' }, { kind: 'completed' }
]
const labels = fc.array(
  fc.record({
    rollout: fc.constantFrom(...ROLLOUTS, GONE), opinion: fc.constantFrom(...opinions), labeler: fc.constantFrom('ada', 'bob', 'cy'),
    step: fc.constantFrom(undefined, 0), source: fc.constantFrom({ kind: 'human' } as const, MODEL, ORACLE), draft: fc.boolean(), qualityControl: fc.constantFrom(false, false, true)
  }).map(({ rollout, opinion, step, ...more }) => label(rollout, opinion, { ...more, ...(step === undefined ? {} : { step }) })),
  { maxLength: 30 }
)

describe('rows of any labels', () => {
  it('account for every label once a kind: in a row or left out', () => {
    fc.assert(fc.property(labels, (given) => {
      const { rows, leftOut } = rowsOf('run', given, rollouts, OPTIONS)
      for (const kind of RowKind.options) {
        const wanted = given.filter(({ opinion }) => rowKindsOf(opinion).includes(kind)).length
        const used = rows[kind].flatMap(({ origin }) => origin.labels)
        assert.equal(new Set(used).size, used.length, `${kind}: a label in two rows`)
        const left = leftOut.filter((one) => one.kind === kind).reduce((sum, { count }) => sum + count, 0)
        assert.equal(used.length + left, wanted, `${kind}: ${used.length} used, ${left} left out`)
      }
    }), { numRuns: 500 })
  })

  it('do not depend on the order of the labels', () => {
    fc.assert(fc.property(labels, fc.integer(), (given, seed) => {
      const shuffled = [...given].sort((a, b) => keyed(a, seed) - keyed(b, seed))
      assert.deepEqual(rowsOf('run', shuffled, rollouts, OPTIONS).rows, rowsOf('run', given, rollouts, OPTIONS).rows)
    }))
  })

  it('are the same made in batches, which hold the rollouts that they name', () => {
    fc.assert(fc.property(labels, fc.integer({ min: 1, max: 4 }), (given, size) => {
      const batches = rowBatches(given, size)
      const parts = batches.map((batch) => {
        const named = byId(...[...batch.rollouts].flatMap((id) => rollouts.get(id) ?? []))
        return { batch, rows: rowsOf('run', batch.labels, named, OPTIONS) }
      })
      const [joined, whole] = [joinRows(parts.map(({ rows }) => rows)), rowsOf('run', given, rollouts, OPTIONS)]
      for (const kind of RowKind.options) assert.deepEqual(sorted(joined.rows[kind]), sorted(whole.rows[kind]))
      assert.deepEqual(counts(joined.leftOut), counts(whole.leftOut))
      const preview = joinPreviews(parts.map(({ batch, rows }) => previewOf(rows, batch.labels)))
      assert.deepEqual({ ...preview, leftOut: counts(preview.leftOut) }, { ...previewOf(whole, given), leftOut: counts(whole.leftOut) })
    }))
  })

  it('are made of about as many rollouts at a time as asked for', () => {
    const many = Array.from({ length: 10 }, (_, i) => label(trace(`r${i}`, ['x']), verdict(true)))
    assert.deepEqual(rowBatches(many, 3).map(({ rollouts: named }) => [...named]), [['r0', 'r1', 'r2'], ['r3', 'r4', 'r5'], ['r6', 'r7', 'r8'], ['r9']])
  })
})

const keyed = ({ id }: Label, seed: number): number => (Number(id.slice(6)) * 7919 + seed) % 104_729
const sorted = (rows: readonly object[]): string[] => rows.map((row) => JSON.stringify(row)).sort()
const counts = (leftOut: readonly { readonly kind: string; readonly reason: string; readonly count: number }[]): string[] => leftOut.map(({ kind, reason, count }) => `${kind} ${reason} ${count}`).sort()
