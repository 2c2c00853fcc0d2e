import assert from 'node:assert/strict'
import { QUALITY } from '../labeller.fixture.ts'
import { answersFault, answersIn, withAnswer } from './answers.ts'
import { EMPTY, say } from './judgement.ts'
import type { Scores } from './answers.ts'

const answered = (scores: Scores, schemaHash = QUALITY.schemaHash) => say(EMPTY, 'rubric:quality', { kind: 'rubric', labelSet: 'quality', schemaHash, scores })

describe('answers to a label set', () => {
  it('are given and taken out one by one', () => {
    assert.deepEqual(withAnswer(EMPTY, QUALITY, 'clarity', 3), { kind: 'rubric', labelSet: 'quality', schemaHash: 'h1', scores: { clarity: 3 } })
    assert.deepEqual(withAnswer(answered({ clarity: 3, useful: true }), QUALITY, 'clarity', undefined), { kind: 'rubric', labelSet: 'quality', schemaHash: 'h1', scores: { useful: true } })
    assert.equal(withAnswer(answered({ clarity: 3 }), QUALITY, 'clarity', undefined), null)
  })

  it('of an earlier schema hold as far as the set still asks and takes them, and move to the new one with the next answer', () => {
    const old = answered({ kind: 'taste', clarity: 2, forgotten: 'x' }, 'h0')
    assert.deepEqual(answersIn(old, QUALITY), { clarity: 2 })
    assert.deepEqual(withAnswer(old, QUALITY, 'kind', 'logic'), { kind: 'rubric', labelSet: 'quality', schemaHash: 'h1', scores: { clarity: 2, kind: 'logic' } })
    assert.deepEqual(answersIn(answered({ forgotten: 'x' }), QUALITY), { forgotten: 'x' })
  })

  it('must be whole once one is given', () => {
    assert.equal(answersFault(EMPTY, QUALITY), undefined)
    assert.match(answersFault(answered({ clarity: 2 }), QUALITY) ?? '', /Kind of error/)
    assert.match(answersFault(answered({ clarity: 9, kind: 'logic' }), QUALITY) ?? '', /Clarity/)
    assert.equal(answersFault(answered({ kind: 'logic' }), QUALITY), undefined)
    assert.equal(answersFault(answered({ clarity: 2 }), undefined), undefined)
  })
})
