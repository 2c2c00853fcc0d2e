import assert from 'node:assert/strict'
import type { Opinion } from '../../../trainer/protocol/label.ts'
import { EMPTY, say } from './judgement.ts'
import type { Judgement } from './judgement.ts'
import { missing, newLabels } from './newLabels.ts'
import type { CommitFacts } from './newLabels.ts'

const anchor = { segment: 0, textHash: 'h', from: 0, to: 3 }
const facts: CommitFacts = { rollout: 'r', problemId: 'p', qualityControl: false, blind: true, seconds: 12, anchorOf: () => anchor }
const bad: Opinion = { kind: 'stepRating', rating: -1 }
const critique = (text: string): Opinion => ({ kind: 'critique', text })

describe('newLabels', () => {
  it('writes what was said, what follows from it, and that the item is completed, with the facts of the commit', () => {
    const labels = newLabels(say(EMPTY, 'rating:4', bad), facts, true)
    assert.deepEqual(labels.map(({ opinion }) => opinion), [bad, { kind: 'firstError', step: 4 }, { kind: 'verdict', right: false }, { kind: 'completed' }])
    for (const { rollout, blind, seconds, qualityControl } of labels) assert.deepEqual([rollout, blind, seconds, qualityControl], ['r', true, 12, false])
  })

  it('replaces what is on the disk and deletes what was taken back', () => {
    const judgement: Judgement = { ...EMPTY, given: new Map([['critique', { id: 'a', opinion: critique('old') }], ['flag', { id: 'b', opinion: { kind: 'flag', reason: '' } as Opinion }], ['completed', { id: 'c', opinion: { kind: 'completed' } as Opinion }]]) }
    const labels = newLabels(say(say(judgement, 'critique', critique('new')), 'flag', null), facts, true)
    assert.deepEqual(labels.map(({ opinion, replaces }) => [opinion, replaces]), [[critique('new'), 'a'], [{ kind: 'deleted', of: 'b' }, undefined]])
  })

  it('marks an edit of what came of a draft, and no other rating', () => {
    const suggestedBy = { draft: 'd', how: 'accepted', source: { kind: 'model', provider: 'critic', model: 'm' } } as const
    const judgement: Judgement = { ...EMPTY, given: new Map([['critique', { id: 'a', opinion: critique('drafted'), suggestedBy }], ['rating:0', { id: 'b', opinion: bad, suggestedBy }]]) }
    const labels = newLabels(say(say(judgement, 'critique', critique('drafted!')), 'rating:0', { kind: 'stepRating', rating: 1 }), facts, false)
    assert.deepEqual(labels.map((label) => [label.replaces, label.suggestedBy]), [['a', { ...suggestedBy, how: 'edited' }], ['b', undefined]])
  })

  it('marks what follows from a draft that was taken over as the draft’s, and what follows from an opinion of one’s own as that', () => {
    const source = { kind: 'model', provider: 'critic', model: 'm' } as const
    const accepted = say(EMPTY, 'rating:4', bad, { id: 'd', opinion: bad, source })
    const following = (judgement: Judgement): unknown[] => newLabels(judgement, facts, false).filter(({ opinion: { kind } }) => kind === 'firstError' || kind === 'verdict').map(({ suggestedBy }) => suggestedBy)
    const suggestedBy = { draft: 'd', how: 'accepted', source } as const
    assert.deepEqual(following(accepted), [suggestedBy, suggestedBy])
    assert.deepEqual(following({ ...EMPTY, given: new Map([['rating:4', { id: 'a', opinion: bad, suggestedBy }]]) }), [suggestedBy, suggestedBy], 'also where it is on the disk already')
    assert.deepEqual(following(say(accepted, 'rating:2', bad)), [undefined, undefined], 'an earlier step that the labeler found')
    assert.equal(newLabels(accepted, facts, false).filter(({ opinion: { kind } }) => kind === 'decision').length, 1)
  })

  it('writes nothing twice', () => {
    const given = new Map([['rating:4' as const, { id: 'a', opinion: bad }], ['firstError' as const, { id: 'b', opinion: { kind: 'firstError', step: 4 } as Opinion }], ['verdict' as const, { id: 'c', opinion: { kind: 'verdict', right: false } as Opinion }]])
    assert.deepEqual(newLabels({ ...EMPTY, given }, facts, false), [])
  })

  it('tells what became of a draft: taken word for word or changed', () => {
    const origin = { id: 'd', opinion: critique('drafted'), source: { kind: 'model', provider: 'critic', model: 'm' } as const }
    const accepted = newLabels(say(EMPTY, 'critique', origin.opinion, origin), facts, false)
    assert.deepEqual(accepted.map(({ opinion, suggestedBy }) => [opinion, suggestedBy?.how]), [[critique('drafted'), 'accepted'], [{ kind: 'decision', of: 'd', decision: 'accepted' }, undefined]])
    const edited = newLabels(say(say(EMPTY, 'critique', origin.opinion, origin), 'critique', critique('mine')), facts, false)
    assert.deepEqual(edited.map(({ opinion, suggestedBy }) => [opinion, suggestedBy?.how]), [[critique('mine'), 'edited'], [{ kind: 'decision', of: 'd', decision: 'edited' }, undefined]])
  })
})

describe('missing', () => {
  it('is anything at all, or the preference of a pair', () => {
    assert.match(missing(EMPTY, [], false) ?? '', /Nothing was said/)
    assert.match(missing(EMPTY, [{ kind: 'flag', reason: '' }], true) ?? '', /which of the two/)
    assert.equal(missing(EMPTY, [{ kind: 'flag', reason: '' }], false), undefined)
    assert.equal(missing(say(EMPTY, 'rating:0', bad), [bad], false), undefined)
  })
})
