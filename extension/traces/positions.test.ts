import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Span } from '../../trainer/protocol/rollout.ts'
import { documentSpanOf, endOfLine, meantBy, offsetAt, placeAt, rawSpanOf, segmentOn, stepOn } from './positions.ts'
import type { Projection } from './projection.ts'
import { rolloutWith } from './rollout.fixture.ts'
import { projectRollout } from './traceText.ts'

/** Words that make trouble: pairs, halves of pairs, marks, accents, right-to-left, line ends of all kinds, our own headings. */
const WORDS = ['a', 'bc ', '\n', '\r\n', '\r', '\n\n', '😀', '\ud83d', '\ude00', 'e\u0301', '\u202e', '\u200d', 'שלום', 'مرحبا', '\u2028', '\u0000', '── step 1 ──', '↪ ', '\u{e0041}', 'x'.repeat(1999), 'y'.repeat(2500), '👩\u200d👧']
const text = fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }).map((words) => words.join(''))
const spansIn = (length: number) => fc.array(fc.record({ kind: fc.constantFrom<Span['kind']>('think', 'step', 'answer'), from: fc.nat(length), to: fc.nat(length + 3) }), { maxLength: 6 })
const trace = text.chain((raw) => spansIn(raw.length).map((spans) => ({ raw, spans: spans.filter(({ from, to }) => from <= to) })))
const twoSegments = fc.tuple(trace, trace).map(([one, two]) => {
  const rollout = rolloutWith(one.raw, one.spans)
  rollout.segments.push({ ...rollout.segments[0]!, text: two.raw, spans: two.spans })
  return { raws: [one.raw, two.raw], spans: [one.spans, two.spans], projection: projectRollout(rollout, 'run') }
})
const subspan = (length: number) => fc.tuple(fc.nat(length), fc.nat(length)).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) }))

/** Raw units that the document shows, as a set of `segment:offset`. */
function shownUnits({ pieces }: Projection): Set<string> {
  return new Set(pieces.flatMap(({ segment, from, to }) => Array.from({ length: to - from }, (_, index) => `${segment}:${from + index}`)))
}

describe('the map of positions', () => {
  it('covers the raw text in order, once, and leaves out nothing but line ends beside headings', () => {
    fc.assert(fc.property(twoSegments, ({ raws, projection }) => {
      for (const [segment, raw] of raws.entries()) {
        let at = 0
        for (const piece of projection.pieces.filter((each) => each.segment === segment)) {
          assert.match(raw.slice(at, piece.from), /^(\r?\n)*$/)
          at = piece.to
        }
        assert.match(raw.slice(at), /^(\r?\n)*$/)
      }
    }))
  })

  it('shows plain text as it is and everything else by something that stands in its place', () => {
    fc.assert(fc.property(twoSegments, ({ raws, projection }) => {
      for (const { at, length, segment, from, to, exact } of projection.pieces) {
        const [shown, raw] = [projection.text.slice(at, at + length), raws[segment]!.slice(from, to)]
        if (exact) assert.equal(shown, raw)
        else assert.match(shown, raw === '\r\n' ? /^\n$/ : /^⟨[\w+]+⟩$/)
      }
    }))
  })

  it('comes back from the document to the same raw text', () => {
    const one = twoSegments.chain((made) => subspan(made.raws[0]!.length).map((span) => ({ ...made, span: { segment: 0, ...span } })))
    fc.assert(fc.property(one, ({ projection, span }) => {
      const shown = shownUnits(projection)
      const units = Array.from({ length: span.to - span.from }, (_, index) => span.from + index).filter((unit) => shown.has(`0:${unit}`))
      const place = documentSpanOf(projection, span)
      if (units.length === 0) return assert.ok(place === undefined || place.from === place.to)
      assert.ok(place)
      const back = rawSpanOf(projection, place)
      assert.ok(back && back.segment === 0)
      // Never less than what was meant; more only where a mark stands for several units.
      assert.ok(back.from <= units[0]! && back.to >= units.at(-1)! + 1)
      const whole = (unit: number): boolean => projection.pieces.some(({ segment, from, to, exact }) => segment === 0 && !exact && from <= unit && unit < to)
      if (!whole(units[0]!)) assert.equal(back.from, units[0])
      if (!whole(units.at(-1)!)) assert.equal(back.to, units.at(-1)! + 1)
    }))
  })

  it('comes back from raw text to the same run of the document, of whatever is selected', () => {
    const one = twoSegments.chain((made) => subspan(made.projection.text.length).map((span) => ({ ...made, span })))
    fc.assert(fc.property(one, ({ projection, span }) => {
      const raw = rawSpanOf(projection, span)
      if (!raw || raw.from === raw.to) return
      const place = documentSpanOf(projection, raw)
      assert.ok(place)
      assert.deepEqual(rawSpanOf(projection, place), raw)
      for (const piece of projection.pieces.filter(({ at, length, segment }) => segment === raw.segment && at < span.to && at + length > span.from)) {
        assert.ok(place.from <= Math.max(piece.at, span.from) && place.to >= Math.min(piece.at + piece.length, span.to))
      }
    }))
  })

  it('grows a run that begins or ends within a mark to the whole character', () => {
    const projection = projectRollout(rolloutWith('ab\u202ecd'), 'run')
    const mark = projection.text.indexOf('⟨RLO⟩')
    assert.deepEqual(rawSpanOf(projection, { from: mark + 2, to: mark + 6 }), { segment: 0, from: 2, to: 4 })
  })

  it('turns lines and characters into offsets and back', () => {
    fc.assert(fc.property(twoSegments.chain((made) => fc.nat(made.projection.text.length).map((at) => ({ ...made, at }))), ({ projection, at }) => {
      const place = placeAt(projection, at)
      assert.equal(offsetAt(projection, place), at)
      // An independent count.
      const before = projection.text.slice(0, at)
      assert.deepEqual(place, { line: before.split('\n').length - 1, character: at - (before.lastIndexOf('\n') + 1) })
    }))
  })

  it('takes characters past the end of a line for its end', () => {
    const projection = projectRollout(rolloutWith('abc\nd'), 'run')
    const { line } = placeAt(projection, projection.text.indexOf('abc'))
    assert.equal(offsetAt(projection, { line, character: 99 }), endOfLine(projection, line))
    assert.equal(offsetAt(projection, { line: 1e6, character: 0 }), projection.text.length)
  })

  it('knows nothing of headers, prompts and headings', () => {
    const projection = projectRollout(rolloutWith('completion'), 'run')
    for (const text of ['Rollout ', '2 + 3 = ?', '── Completion ──', '── Answer']) {
      const from = projection.text.indexOf(text)
      assert.equal(rawSpanOf(projection, { from, to: from + text.length }), undefined, text)
    }
  })

  it('gives what is not shown the nearest place', () => {
    const projection = projectRollout(rolloutWith('one\n\ntwo', [{ kind: 'step', from: 0, to: 3 }, { kind: 'step', from: 5, to: 8 }]), 'run')
    const place = documentSpanOf(projection, { segment: 0, from: 4, to: 5 })
    assert.ok(place && place.from === place.to)
    assert.equal(placeAt(projection, place.from).line, placeAt(projection, projection.text.indexOf('\ntwo') + 1).line)
    assert.equal(documentSpanOf(projection, { segment: 3, from: 0, to: 1 }), undefined)
  })
})

describe('what a line means', () => {
  const steps: Span[] = [{ kind: 'step', from: 0, to: 3 }, { kind: 'step', from: 4, to: 12 }]
  const projection = projectRollout(rolloutWith('one\ntwo\nmore\nend', steps), 'run')
  const lineOf = (text: string): number => placeAt(projection, projection.text.indexOf(text)).line
  const at = (line: number, character = 0) => ({ line, character })

  it('finds the step on its heading and on every line of it, and none elsewhere', () => {
    assert.deepEqual(['── step 1', 'one', '── step 2', '\ntwo', 'more'].map((each) => stepOn(projection, lineOf(each) + (each.startsWith('\n') ? 1 : 0))?.step), [0, 0, 1, 1, 1])
    for (const each of ['Rollout', '── Prompt', '── Completion', 'end', '── Answer']) assert.equal(stepOn(projection, lineOf(each)), undefined, each)
  })

  it('means the selected text, the line, the step of a heading, or else the trace', () => {
    const line = lineOf('more')
    assert.deepEqual(meantBy(projection, at(line, 1), at(line, 3)), { segment: 0, from: 9, to: 11 })
    assert.deepEqual(meantBy(projection, at(line, 1), at(line, 1)), { segment: 0, from: 8, to: 12 })
    assert.deepEqual(meantBy(projection, at(lineOf('── step 2')), at(lineOf('── step 2'))), { segment: 0, from: 4, to: 12 })
    assert.deepEqual(meantBy(projection, at(lineOf('── step 1'), 3), at(lineOf('one'), 2)), { segment: 0, from: 0, to: 2 })
    assert.equal(meantBy(projection, at(0), at(0)), undefined)
    assert.equal(meantBy(projection, at(lineOf('2 + 3')), at(lineOf('2 + 3'), 4)), undefined)
  })

  it('keeps completions apart', () => {
    const rollout = rolloutWith('first')
    rollout.segments.push({ ...rollout.segments[0]!, text: 'second' })
    const two = projectRollout(rollout, 'run')
    const from = two.text.indexOf('first')
    const to = two.text.indexOf('second') + 6
    assert.deepEqual(rawSpanOf(two, { from, to }), { segment: 0, from: 0, to: 5 })
    assert.equal(segmentOn(two, placeAt(two, to).line), 1)
    assert.equal(segmentOn(two, 0), 0)
  })
})

describe('steps of a document', () => {
  it('have the text of their spans, in whatever order a file names them', () => {
    fc.assert(fc.property(twoSegments, ({ raws, spans, projection }) => {
      for (const [segment, given] of spans.entries()) {
        const named = given.filter(({ kind }) => kind === 'step')
        const found = projection.steps.filter((each) => each.segment === segment)
        assert.deepEqual(found.map(({ step }) => step).sort((a, b) => a - b), named.map((_, index) => index))
        for (const { step, from, to, heading, lastLine } of found) {
          assert.deepEqual([from, to], [named[step]!.from, Math.min(named[step]!.to, raws[segment]!.length)])
          assert.ok(projection.text.slice(projection.lineStarts[heading]).startsWith(`── step ${step + 1}`))
          const place = documentSpanOf(projection, { segment, from, to })
          if (place && place.from < place.to) assert.ok(heading < placeAt(projection, place.from).line && placeAt(projection, place.to - 1).line <= lastLine)
        }
      }
    }))
  })
})
