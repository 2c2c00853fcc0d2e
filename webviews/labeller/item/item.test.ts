import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { stepAnchor, traceAnchor } from '../../../trainer/labels/anchors/makeAnchor.ts'
import { rolloutWithSteps } from '../labeller.fixture.ts'
import { anchorOf, textHash } from './anchors.ts'
import { PAUSE_SECONDS, Stopwatch } from './stopwatch.ts'
import { piecesOf, readingPieces } from './traceSteps.ts'

describe('anchors', () => {
  it('have the hash that the command line and the editor make', async () => {
    const texts = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '\ud83d', 'a\udc00b', '👩‍👩‍👧 مرحبا é', '\r\n'))
    await fc.assert(fc.asyncProperty(texts, async (text) => assert.equal(await textHash(text), createHash('sha256').update(text, 'utf8').digest('hex'))), { numRuns: 30 })
  })

  it('are those of the label store, for steps and for the trace', async () => {
    const rollout = rolloutWithSteps(4)
    const segment = rollout.segments[0]!
    const hash = await textHash(segment.text)
    assert.deepEqual(anchorOf(segment, 0, hash, 'verdict'), traceAnchor(rollout))
    for (let step = 0; step < 4; step++) assert.deepEqual(anchorOf(segment, 0, hash, `rating:${step}`), stepAnchor(rollout, step))
    assert.equal(segment.text.slice(anchorOf(segment, 0, hash, 'critique:2').from, anchorOf(segment, 0, hash, 'critique:2').to), '2 + 1 = 3')
  })
})

describe('piecesOf', () => {
  it('covers the text once, with every step, whatever the spans', () => {
    const spans = fc.array(fc.tuple(fc.constantFrom('step' as const, 'answer' as const, 'think' as const), fc.nat(40), fc.nat(40)).map(([kind, from, length]) => ({ kind, from, to: from + length })), { maxLength: 8 })
    fc.assert(fc.property(fc.string({ maxLength: 60 }), spans, (text, found) => {
      const pieces = piecesOf({ text, spans: found })
      assert.equal(pieces.map(({ from, to }) => text.slice(from, to)).join(''), text)
      const steps = pieces.filter(({ kind }) => kind === 'step').map(({ step }) => step)
      assert.deepEqual(steps.sort((a, b) => a - b), found.filter(({ kind }) => kind === 'step').map((_, index) => index))
    }))
  })
})

describe('readingPieces', () => {
  it('puts a separator behind its step and keeps everything else', () => {
    const { text, spans } = rolloutWithSteps(2).segments[0]!
    assert.deepEqual(readingPieces(text, piecesOf({ text, spans })).map(({ kind, from, to, tail }) => [kind, text.slice(from, to), tail]), [['step', '0 + 1 = 1', ' ;'], ['step', '1 + 1 = 2', ''], ['between', ' answer ', ''], ['answer', '2', '']])
  })
})

describe('the stopwatch', () => {
  it('counts work and leaves pauses out', () => {
    let now = 0
    const watch = new Stopwatch(() => now * 1000)
    now = 20
    watch.tick()
    now = 20 + PAUSE_SECONDS + 1
    watch.tick()
    now += 5
    assert.equal(watch.seconds, 25)
    watch.restart()
    assert.equal(watch.seconds, 0)
  })
})
