import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Label, LabelRecord, LabelRecordInput, Opinion } from '../../protocol/label.ts'
import { chainEnds } from './chainEnds.ts'
import { foldLabels } from './foldLabels.ts'
import { labelRecord } from './labels.fixture.ts'

const critique = (id: string, changes: Partial<LabelRecordInput> = {}, text = id): LabelRecord => labelRecord({ id, ...changes }, { kind: 'critique', text })
const about = (opinion: Opinion, changes: Partial<LabelRecordInput> = {}): LabelRecord => labelRecord(changes, opinion)
const reply = (id: string, to: string, changes: Partial<LabelRecordInput> = {}): LabelRecord => labelRecord({ id, ...changes }, { kind: 'reply', to, text: id })

/** `id` with `replaces` as `first>newest`, replies in brackets, marks after it. */
const shape = (labels: readonly Label[]): string => labels
  .map(({ id, firstId, replies, resolved, decision }) => `${firstId}${id === firstId ? '' : `>${id}`}${resolved ? '!' : ''}${decision ? `:${decision}` : ''}${replies.length > 0 ? `[${shape(replies)}]` : ''}`)
  .join(' ')
const folded = (...records: readonly LabelRecord[]): string => shape(foldLabels(records))

describe('folding labels', () => {
  it('keeps plain records as they are, oldest first', () => {
    const [a, b] = [critique('a'), critique('b')]
    assert.deepEqual(foldLabels([b, a]), [a, b].map((record) => ({ ...record, firstId: record.id, createdAt: record.at, resolved: false, replies: [] })))
  })

  it('puts the last version in the place of the first, with both times', () => {
    const [a, b, c] = [critique('a'), critique('b', { replaces: 'a' }), critique('c', { replaces: 'b' })]
    const [label] = foldLabels([c, a, b])
    assert.deepEqual([label!.id, label!.firstId, label!.createdAt, label!.editedAt], ['c', 'a', a.at, c.at])
  })

  it('goes by what replaces what, not by clocks that are wrong', () => {
    assert.equal(folded(critique('a', { at: '2025-03-01T00:00:00.000Z' }), critique('b', { replaces: 'a', at: '2025-01-01T00:00:00.000Z' })), 'a>b')
  })

  it('lets the later of two edits at once count', () => {
    assert.equal(folded(critique('a'), critique('b', { replaces: 'a' }), critique('c', { replaces: 'a' })), 'a>c')
  })

  it('lets nobody edit or delete what another labeler said', () => {
    assert.equal(folded(critique('a'), critique('b', { replaces: 'a', labeler: 'bob' }), about({ kind: 'deleted', of: 'a' }, { labeler: 'bob' })), 'a b')
  })

  it('takes a label away with all its versions, whichever the deletion names', () => {
    for (const of of ['a', 'b']) assert.equal(folded(critique('a'), critique('b', { replaces: 'a' }), about({ kind: 'deleted', of })), '')
    assert.equal(folded(critique('a'), about({ kind: 'deleted', of: 'a' }), critique('b', { replaces: 'a' })), '', 'an edit in another window does not bring it back')
  })

  it('brings a label back when its deletion is deleted', () => {
    const gone = about({ kind: 'deleted', of: 'a' }, { id: 'd' })
    assert.equal(folded(critique('a'), gone, about({ kind: 'deleted', of: 'd' })), 'a')
    assert.equal(folded(critique('a'), gone, about({ kind: 'deleted', of: 'd' }, { labeler: 'bob' })), '')
  })

  it('stands an edit by itself where what it replaces is not there', () => {
    assert.equal(folded(critique('b', { replaces: 'not pulled yet' })), 'b')
  })

  it('puts replies in one row beneath the thread, edits and deletions of replies applied', () => {
    const thread = [critique('a'), reply('r1', 'a', { labeler: 'bob' }), reply('r2', 'r1'), reply('r3', 'a')]
    assert.equal(folded(...thread), 'a[r1 r2 r3]')
    assert.equal(folded(...thread, critique('b', { replaces: 'a' }), reply('r4', 'b')), 'a>b[r1 r2 r3 r4]')
    assert.equal(folded(...thread, reply('e', 'a', { replaces: 'r3' }), about({ kind: 'deleted', of: 'r2' })), 'a[r1 r3>e]')
  })

  it('keeps the replies of a thread whose beginning was deleted, or was never pulled', () => {
    assert.equal(folded(critique('a'), reply('r1', 'a', { labeler: 'bob' }), reply('r2', 'a'), about({ kind: 'deleted', of: 'a' })), 'r1[r2]')
    assert.equal(folded(reply('r1', 'x'), reply('r2', 'x'), critique('b')), 'r1[r2] b')
  })

  it('says of a label what was last said, of any of its versions', () => {
    const done = (of: string, resolved: boolean, changes: Partial<LabelRecordInput> = {}): LabelRecord => about({ kind: 'resolved', of, resolved }, changes)
    assert.equal(folded(critique('a'), done('a', true, { labeler: 'bob' }), critique('b', { replaces: 'a' })), 'a>b!')
    assert.equal(folded(critique('a'), done('a', true), done('a', false)), 'a')
    assert.equal(folded(critique('a'), done('a', true, { id: 'd' }), about({ kind: 'deleted', of: 'd' })), 'a', 'taken back')
    const draft = critique('a', { draft: true, source: { kind: 'model', provider: 'critic', model: 'm' } })
    const decided = foldLabels([draft, about({ kind: 'decision', of: 'a', decision: 'rejected' }, { labeler: 'bob' }), about({ kind: 'decision', of: 'a', decision: 'accepted', became: 'x' })])
    assert.deepEqual([decided[0]!.draft, decided[0]!.decision, decided.length], [true, 'accepted', 1])
  })

  it('keeps an edit of what came of a draft marked with the draft, also where its record names none', () => {
    const suggestedBy = { draft: 'd', how: 'accepted', source: { kind: 'model', provider: 'critic', model: 'm' } } as const
    const origins = (...records: readonly LabelRecord[]) => foldLabels(records).map((label) => label.suggestedBy)
    const taken = critique('a', { suggestedBy }, 'drafted')
    const edits = [critique('b', { replaces: 'a' }, 'drafted!'), critique('c', { replaces: 'b' }, 'drafted!!')]
    assert.deepEqual(origins(taken, ...edits), [{ ...suggestedBy, how: 'edited' }])
    assert.deepEqual(origins(taken, critique('b', { replaces: 'a', at: '2025-01-01T00:00:00.000Z' }, 'drafted!')), [{ ...suggestedBy, how: 'edited' }], 'whatever the clocks say')
    assert.deepEqual(origins(taken, critique('b', { replaces: 'a', labeler: 'bob' })), [suggestedBy, undefined])
    assert.deepEqual(origins(about({ kind: 'stepRating', rating: -1 }, { id: 'a', suggestedBy }), about({ kind: 'stepRating', rating: 1 }, { replaces: 'a' })), [undefined], 'another rating is the labeler’s own')
    assert.deepEqual(origins(critique('a'), critique('b', { replaces: 'a', suggestedBy }), critique('c', { replaces: 'a' })), [undefined], 'an edit beside it is none of it')
    assert.deepEqual(origins(critique('a', {}, 'own'), critique('b', { replaces: 'a', suggestedBy }), critique('c', { replaces: 'b' }, 'own')), [undefined], 'taken back to what was said before')
    assert.deepEqual(origins(critique('a', { suggestedBy, replaces: 'b' }), critique('b', { replaces: 'a' })).map((origin) => origin?.how), ['edited'], 'in circles too')
  })

  it('comes to an end in circles', () => {
    assert.equal(folded(critique('a', { replaces: 'b' }), critique('b', { replaces: 'a' })), 'a>b')
    assert.equal(folded(critique('a', { replaces: 'a' })), 'a')
    assert.equal(folded(reply('a', 'b'), reply('b', 'a')), 'a[b]')
    assert.equal(folded(reply('a', 'a')), 'a')
    assert.equal(folded(about({ kind: 'deleted', of: 'd' }, { id: 'd' })), '')
  })

  it('gives the same whatever the order of the records, and loses none that is neither replaced nor deleted', () => {
    const ids = fc.constantFrom('0', '1', '2', '3', '4', '5', '6', '7')
    const opinion = fc.oneof(
      ids.map((text): Opinion => ({ kind: 'critique', text })), ids.map((to): Opinion => ({ kind: 'reply', to, text: 'r' })), ids.map((of): Opinion => ({ kind: 'deleted', of })),
      ids.map((of): Opinion => ({ kind: 'resolved', of, resolved: true }))
    )
    const record = fc.record({ opinion, replaces: fc.option(ids, { nil: undefined }), labeler: fc.constantFrom('ada', 'bob'), time: fc.nat(5) })
    fc.assert(fc.property(fc.array(record, { maxLength: 8 }), fc.infiniteStream(fc.nat()), (drawn, keys) => {
      const records = drawn.map(({ opinion: said, replaces, labeler, time }, id) =>
        labelRecord({ id: String(id), labeler, at: new Date(time * 1000).toISOString(), ...(replaces === undefined ? {} : { replaces }) }, said))
      const labels = foldLabels(records)
      const order = records.map((each) => ({ each, key: keys.next().value })).sort((a, b) => a.key - b.key)
      assert.deepEqual(foldLabels(order.map(({ each }) => each)), labels)
      const shown = new Set(labels.flatMap((label) => [label, ...label.replies]).map(({ id }) => id))
      const passive = new Set(records.flatMap(({ replaces, opinion: said }) => [replaces, said.kind === 'deleted' ? said.of : undefined]))
      for (const { id, opinion: said, replaces } of records) {
        if ((said.kind === 'critique' || said.kind === 'reply') && replaces === undefined && !passive.has(id)) assert.ok(shown.has(id), id)
      }
    }), { numRuns: 500 })
  })

  it('follows long chains of edits, and of replies to replies', () => {
    const count = 20_000
    const edits = Array.from({ length: count }, (_, i) => ({ ...critique('e'), id: `e${i}`, at: '2025-01-31T00:00:00Z', ...(i === 0 ? {} : { replaces: `e${i - 1}` }) }))
    assert.equal(folded(...edits), `e0>e${count - 1}`)
    const replies = Array.from({ length: count }, (_, i) => ({ ...reply('r', 'x'), id: `r${i}`, opinion: { kind: 'reply' as const, to: i === 0 ? 'e0' : `r${i - 1}`, text: 'r' } }))
    assert.equal(foldLabels([edits[0]!, ...replies])[0]!.replies.length, count)
  })
})

describe('the ends of chains', () => {
  it('are those that following each link by itself finds', () => {
    const next = fc.array(fc.option(fc.nat(9), { nil: undefined }), { minLength: 10, maxLength: 10 })
    fc.assert(fc.property(next, (links) => {
      const ids = links.map((_, i) => String(i))
      const ends = chainEnds(ids, (id) => (links[Number(id)] === undefined ? undefined : String(links[Number(id)])))
      for (const id of ids) assert.equal(ends.get(id), naiveEnd(Number(id), links), id)
    }))
  })
})

/** Twenty steps lead to the end or into the circle, and twenty more around it. */
function naiveEnd(start: number, links: readonly (number | undefined)[]): string {
  let at = start
  for (let i = 0; i < 20 && links[at] !== undefined; i++) at = links[at]!
  const circle = [at]
  for (let i = 0; i < 20 && links[at] !== undefined; i++) circle.push((at = links[at]!))
  return String(Math.min(...circle))
}
