import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { LabError } from '../../errors.ts'
import { Anchor } from '../../protocol/label.ts'
import type { Opinion } from '../../protocol/label.ts'
import type { Span } from '../../protocol/rollout.ts'
import { orphanReason } from './checkAnchor.ts'
import { anchorOf, stepAnchor, traceAnchor } from './makeAnchor.ts'
import type { Anchored } from './makeAnchor.ts'
import { textHash } from './textHash.ts'
import { tokensTouched } from './tokensTouched.ts'

const steps: Span[] = [{ kind: 'think', from: 0, to: 8 }, { kind: 'step', from: 0, to: 3 }, { kind: 'step', from: 4, to: 8 }, { kind: 'answer', from: 9, to: 11 }]
const rollout = (text = 'abc defg hi', tokenEnds = [1, 3, 4, 8, 9, 11]): Anchored => ({ id: 'r', segments: [{ text, tokenEnds, spans: steps }] })

/** Pieces of text that break naive offsets: right-to-left, emoji of several code points, combining marks, lone surrogates. */
const piece = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('שלום', '👩‍🔬', 'e\u0301\u0327', '🇩🇪', '\ud83d', '\udc00', 'x', '\n', '漢字', '\u202e'))
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))

interface ByteTokens {
  /** As the engine records them: where the last whole character ends. */
  readonly ends: number[]
  readonly bytes: { readonly from: number; readonly to: number }[]
}

/** Tokens as byte-level tokenizers make them: by turns some whole characters, or one character in pieces of a byte. */
function byteTokens(words: string, sizes: readonly number[]): ByteTokens {
  const ends: number[] = []
  const bytes: { from: number; to: number }[] = []
  const characters = [...words]
  let [units, at] = [0, 0]
  for (let i = 0, turn = 0; i < characters.length; turn++) {
    const size = sizes[turn % sizes.length]!
    const held = characters.slice(i, i + Math.max(1, size)).join('')
    const pieces = size === 0 ? Array.from({ length: Buffer.byteLength(held) }, () => 1) : [Buffer.byteLength(held)]
    for (const [piece, length] of pieces.entries()) {
      bytes.push({ from: at, to: (at += length) })
      ends.push(piece === pieces.length - 1 ? (units += held.length) : units)
    }
    i += Math.max(1, size)
  }
  return { ends, bytes }
}

describe('anchors', () => {
  it('hash the text as UTF-8, lone surrogates as encoders replace them', () => {
    assert.equal(textHash('é😀'), createHash('sha256').update(Buffer.from([0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80])).digest('hex'))
    assert.equal(textHash('a\ud800'), createHash('sha256').update(Buffer.from([0x61, 0xef, 0xbf, 0xbd])).digest('hex'))
    assert.equal(textHash('a\ud800'), createHash('sha256').update(new TextEncoder().encode('a\ud800')).digest('hex'))
  })

  it('name the tokens that a span touches, and the step that holds it whole', () => {
    const place = (from: number, to: number): unknown => {
      const { tokens, step } = anchorOf(rollout(), 0, from, to)
      return [tokens && [tokens.from, tokens.to], step]
    }
    assert.deepEqual(place(0, 3), [[0, 2], 0])
    assert.deepEqual(place(1, 2), [[1, 2], 0])
    assert.deepEqual(place(5, 6), [[3, 4], 1])
    assert.deepEqual(place(2, 5), [[1, 4], undefined], 'over two steps')
    assert.deepEqual(place(0, 11), [[0, 6], undefined])
    assert.deepEqual(place(4, 4), [undefined, 1], 'a place between two characters')
    assert.deepEqual(place(11, 11), [undefined, undefined])
  })

  it('touch every token of a character that is spread over several', () => {
    // 'a😀b' as bytes 61 | f0 9f | 98 | 80 62.
    const ends = [1, 1, 1, 4]
    assert.deepEqual(tokensTouched('a😀b', ends, 1, 3), { from: 1, to: 4 })
    assert.deepEqual(tokensTouched('a😀b', ends, 0, 1), { from: 0, to: 1 })
    assert.deepEqual(tokensTouched('a😀b', ends, 2, 3), { from: 1, to: 4 }, 'from within the character')
    assert.deepEqual(tokensTouched('a😀b', ends, 3, 4), { from: 3, to: 4 })
  })

  it('touch the tokens whose bytes are among those of the span, in any text and any cut of it', () => {
    fc.assert(fc.property(text, fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 5 }), fc.nat(), fc.nat(), (drawn, sizes, a, b) => {
      const words = drawn.replace(/\p{Cs}/gu, '\ufffd')
      const { ends, bytes } = byteTokens(words, sizes)
      const characters = [...words]
      const [first, last] = [a % (characters.length + 1), b % (characters.length + 1)].sort((x, y) => x - y) as [number, number]
      const from = characters.slice(0, first).join('').length
      const to = characters.slice(0, last).join('').length
      const [low, high] = [Buffer.byteLength(words.slice(0, from)), Buffer.byteLength(words.slice(0, to))]
      const touched = low === high ? [] : bytes.flatMap((token, i) => (token.from < high && token.to > low ? [i] : []))
      const expected = touched.length === 0 ? undefined : { from: touched[0]!, to: touched.at(-1)! + 1 }
      assert.deepEqual(tokensTouched(words, ends, from, to), expected)
    }), { numRuns: 500 })
  })

  it('come back from every span of every text, and are whole records', () => {
    fc.assert(fc.property(text, fc.nat(), fc.nat(), (words, a, b) => {
      const [from, to] = [a % (words.length + 1), b % (words.length + 1)].sort((x, y) => x - y) as [number, number]
      const made = anchorOf(rollout(words, [...words].map((_, i, all) => all.slice(0, i + 1).join('').length)), 0, from, to)
      assert.deepEqual(Anchor.parse(JSON.parse(JSON.stringify(made))), made)
      assert.equal(words.slice(made.from, made.to), words.slice(from, to))
      assert.equal(orphanReason({ anchor: made, opinion: { kind: 'completed' } }, { segments: [{ text: words }] }), undefined)
    }))
  })

  it('of steps and of the trace stand where the renderer saw them', () => {
    assert.deepEqual(stepAnchor(rollout(), 1), { segment: 0, textHash: textHash('abc defg hi'), from: 4, to: 8, tokens: { from: 3, to: 4 }, step: 1 })
    assert.deepEqual(traceAnchor(rollout()), { segment: 0, textHash: textHash('abc defg hi'), from: 0, to: 11, tokens: { from: 0, to: 6 } })
  })

  it('are refused where nothing is', () => {
    const refused = (make: () => unknown): void => assert.throws(make, (error) => LabError.is(error, 'usage/anchor'))
    for (const [from, to] of [[-1, 2], [3, 2], [0, 12], [0.5, 2], [NaN, 2]] as const) refused(() => anchorOf(rollout(), 0, from, to))
    refused(() => anchorOf(rollout(), 1, 0, 0))
    refused(() => stepAnchor(rollout(), 2))
    refused(() => stepAnchor(rollout(), -1))
  })
})

describe('orphans', () => {
  const anchor = anchorOf(rollout(), 0, 4, 8)
  const label = { anchor, opinion: { kind: 'completed' } as Opinion }
  const texts = (...all: string[]): { segments: { text: string }[] } => ({ segments: all.map((each) => ({ text: each })) })

  it('are labels whose rollout, segment or text is not what it was', () => {
    assert.equal(orphanReason(label, texts('abc defg hi', 'more')), undefined)
    assert.equal(orphanReason(label, null), 'rolloutGone')
    assert.equal(orphanReason({ ...label, anchor: { ...anchor, segment: 1 } }, texts('abc defg hi')), 'segmentGone')
    assert.equal(orphanReason(label, texts('abc defg hI')), 'textChanged')
    assert.equal(orphanReason({ ...label, anchor: { ...anchor, to: 12 } }, texts('abc defg hi')), 'outOfText')
  })

  it('are preferences whose other side is not what it was', () => {
    const preference = { anchor, opinion: { kind: 'preference', other: { rollout: 's', textHash: textHash('other') }, preferred: 'this', rationale: '' } as Opinion }
    assert.equal(orphanReason(preference, texts('abc defg hi'), texts('other')), undefined)
    assert.equal(orphanReason(preference, texts('abc defg hi'), texts('another')), 'textChanged')
    assert.equal(orphanReason(preference, texts('abc defg hi'), null), 'rolloutGone')
    assert.equal(orphanReason(preference, texts('abc defg hi')), undefined)
  })
})
