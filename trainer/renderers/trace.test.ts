import assert from 'node:assert/strict'
import fc from 'fast-check'
import { LINES, readTrace, renderTrace } from './trace.ts'
import type { TraceFormat } from './trace.ts'
import { splitWords } from './words.ts'

const ATTEMPTS: TraceFormat = { separators: [';'], closers: ['ok', 'no'] }
const show = (text: string, format = LINES): { spans: string[]; why: string } => {
  const { spans, why } = renderTrace(readTrace(text, format))
  return { spans: spans.map((span) => `${span.kind}: ${text.slice(span.from, span.to)}`), why }
}

describe('renderTrace', () => {
  it('finds steps between separators and the answer', () => {
    assert.deepEqual(show('1 + 1 = 2 ; 2 + 1 = 3 answer 3'), { spans: ['step: 1 + 1 = 2', 'step: 2 + 1 = 3', 'answer: 3'], why: 'Steps, then one answer.' })
  })

  it('lets closing words belong to their step', () => {
    assert.deepEqual(show('a b no c ok answer ( c )', ATTEMPTS).spans, ['step: a b no', 'step: c ok', 'answer: ( c )'])
  })

  it('looks for steps inside <think> and for the answer after it', () => {
    const text = '<think>x ; answer y</think> so answer z'
    assert.deepEqual(show(text), { spans: ['think: x ; answer y', 'step: x', 'step: answer y', 'answer: z'], why: 'Steps, then one answer.' })
    assert.deepEqual(show('x ; y </think> answer z').spans, ['think: x ; y ', 'step: x', 'step: y', 'answer: z'])
  })

  it('says what is wrong with the format', () => {
    assert.equal(show('1 ; 2').why, 'The word “answer” is missing.')
    assert.equal(show('1 answer').why, 'Nothing follows the word “answer”.')
    assert.equal(show('answer 1 answer 2').why, 'The word “answer” stands 2 times, not once.')
    assert.equal(show('<think> answer 1').why, 'The reasoning is not closed by “</think>”.')
    assert.equal(show('x'.repeat(300_000)).why, 'Not read: the completion has 300000 characters, more than the 262144 that are read.')
  })

  it('marks empty steps nowhere and lists a bounded number', () => {
    assert.deepEqual(show('; ; a ; ; answer b').spans, ['step: a', 'answer: b'])
    assert.equal(show('a ; '.repeat(5000)).spans.length, 1024)
  })
})

describe('splitWords', () => {
  it('gives back the text between white space, with its place', () => {
    fc.assert(fc.property(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '\t', 'é', '\u00a0', '😀') }), (text) => {
      const words = splitWords(text)
      assert.deepEqual(words.map((word) => word.text), text.split(/[ \t\r\n]+/).filter((word) => word !== ''))
      for (const word of words) assert.equal(text.slice(word.from, word.to), word.text)
    }))
  })
})
