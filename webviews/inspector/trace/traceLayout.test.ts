import assert from 'node:assert/strict'
import fc from 'fast-check'
import { blocksOf, layoutTrace, tokenAt, turnStarts } from './traceLayout.ts'
import type { TracePart } from './traceLayout.ts'

const kinds = ['think', 'step', 'answer', 'tool'] as const

function leaves(parts: readonly TracePart[]): [number, number][] {
  return parts.flatMap((part) => (part.type === 'text' ? [[part.from, part.to] as [number, number]] : leaves(part.parts)))
}

describe('layoutTrace', () => {
  it('nests steps in the thinking and gives each its verdict', () => {
    const text = '<t>one;two;</t>a'
    const spans = [{ kind: 'think', from: 0, to: 15 }, { kind: 'step', from: 3, to: 7 }, { kind: 'step', from: 7, to: 11 }, { kind: 'answer', from: 15, to: 16 }] as const
    const parts = layoutTrace({ text, spans: [...spans] }, [{ from: 7, to: 11, ok: false, why: 'no' }])
    assert.deepEqual(parts.map((part) => part.type === 'span' && part.title), ['Think', 'Answer'])
    const think = parts[0]
    assert.ok(think?.type === 'span')
    assert.deepEqual(think.parts.map((part) => (part.type === 'span' ? `${part.title} ${part.verdict?.ok}` : text.slice(part.from, part.to))), ['<t>', 'Step 1 undefined', 'Step 2 false', '</t>'])
  })

  it('covers the text once, whatever spans a record has', () => {
    const span = fc.record({ kind: fc.constantFrom(...kinds), from: fc.nat(60), to: fc.nat(60) })
    fc.assert(fc.property(fc.array(span, { maxLength: 12 }), fc.nat(40), (spans, length) => {
      const text = 'x'.repeat(length)
      let at = 0
      for (const [from, to] of leaves(layoutTrace({ text, spans }, []))) {
        assert.equal(from, at)
        assert.ok(to > from)
        at = to
      }
      assert.equal(at, length)
    }))
  })

  it('gives every span a key of its own', () => {
    const spans = [0, 2, 4].map((from) => ({ kind: 'step' as const, from, to: from + 2 }))
    const keys = layoutTrace({ text: 'aabbcc', spans }, []).map((part) => part.type === 'span' && part.key)
    assert.equal(new Set(keys).size, 3)
  })
})

describe('blocksOf', () => {
  it('covers the range in blocks of bounded length without splitting a surrogate pair', () => {
    fc.assert(fc.property(fc.array(fc.constantFrom('a', '\n', ' ', '😀'.repeat(700), 'b'.repeat(1500)), { maxLength: 30 }), (pieces) => {
      const text = pieces.join('')
      const blocks = blocksOf(text, 0, text.length)
      assert.equal(blocks.map(([from, to]) => text.slice(from, to)).join(''), text)
      for (const [from, to] of blocks) {
        assert.ok(to - from <= 2000)
        assert.ok(!/[\ud800-\udbff]$/.test(text.slice(from, to)) || to === text.length)
      }
    }))
  })

  it('cuts after line breaks where there are some', () => {
    const text = `${'line\n'.repeat(2000)}`
    assert.ok(blocksOf(text, 0, text.length).every(([, to]) => text[to - 1] === '\n'))
  })
})

describe('tokenAt', () => {
  it('finds the token that holds a unit, past tokens without characters', () => {
    const ends = [2, 2, 5, 9]
    assert.deepEqual([0, 1, 2, 4, 5, 8, 9].map((offset) => tokenAt(ends, offset)), [0, 0, 2, 2, 3, 3, 4])
  })
})

describe('turns', () => {
  it('begin at the start and after each output of a tool that something follows', () => {
    const tool = (from: number, to: number) => ({ kind: 'tool' as const, from, to })
    assert.deepEqual(turnStarts({ text: 'abc', spans: [] }), [0])
    assert.deepEqual(turnStarts({ text: 'abcdefghi', spans: [tool(6, 7), { kind: 'think', from: 0, to: 2 }, tool(2, 4)] }), [0, 4, 7])
    assert.deepEqual(turnStarts({ text: 'abcd', spans: [tool(2, 4), tool(3, 3)] }), [0])
  })
})
