import assert from 'node:assert/strict'
import { jointOf } from './joint.ts'

/** Tokens of a text by its pieces: equal pieces, white space before them aside where `wordy`, have one id. */
const tokenized = (pieces: readonly string[], wordy: boolean) => ({
  text: pieces.join(''), tokens: pieces.map((piece) => idOf(wordy ? piece.trim() : piece)), tokenEnds: pieces.map((_, i) => pieces.slice(0, i + 1).join('').length)
})
const ids = new Map<string, number>()
const idOf = (piece: string): number => ids.get(piece) ?? ids.set(piece, ids.size).get(piece)!

describe('jointOf', () => {
  it('finds the white space that a tokenizer of words drops at the start of a text', () => {
    assert.equal(jointOf([tokenized(['1', ' +', ' 1'], true)]), ' ')
    assert.equal(jointOf([tokenized(['2', ' +'], true), tokenized(['3', ' =', ' 2'], true)]), ' ')
  })

  it('finds none where tokens are the bytes they stand for, or where no token shows it', () => {
    assert.equal(jointOf([tokenized([' 1', ' +', ' 1'], false), tokenized(['1', ' +', ' 1'], false)]), '')
    assert.equal(jointOf([tokenized(['1', ' +', ' 2'], true)]), '')
    assert.equal(jointOf([tokenized(['\n', 'So', '\n'], false), { text: '', tokens: [], tokenEnds: [] }]), '')
  })
})
