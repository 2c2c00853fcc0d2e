import assert from 'node:assert/strict'
import { readFreeText, renderFreeText } from './freeText.ts'
import type { FreeTextFormat } from './freeText.ts'

const MARKED: FreeTextFormat = { marker: '####', fallback: 'none' }
const show = (text: string, format = MARKED): { spans: string[]; why: string; wellFormed: boolean } => {
  const { spans, why, wellFormed } = renderFreeText(readFreeText(text, format), format)
  return { spans: spans.map((span) => `${span.kind}: ${text.slice(span.from, span.to)}`), why, wellFormed }
}

describe('renderFreeText', () => {
  it('reads lines and a marked answer', () => {
    assert.deepEqual(show('Tom has 3.\n\n3 + 4 = 7\n#### 7\nDone.'), { spans: ['step: Tom has 3.', 'step: 3 + 4 = 7', 'answer: 7'], why: 'Text, then a marked answer.', wellFormed: true })
  })

  it('reads <think> and a boxed answer, braces balanced', () => {
    assert.deepEqual(show('<think>\nfirst\nsecond #### 9\n</think>\nSo \\boxed{\\frac{1}{2}}.').spans, ['think: \nfirst\nsecond #### 9\n', 'step: first', 'step: second #### 9', 'answer: \\frac{1}{2}'])
  })

  it('takes the last of several answers', () => assert.equal(readFreeText('#### 1\n#### 2', MARKED).answer?.text, '2'))

  const answers: readonly (readonly [string, string])[] = [
    ['#### Step 2: add\n2+2=4\n\\boxed{4}', '4'], ['#### Step 1\n2+2\n#### Final Answer\nThe answer is \\boxed{4}', '4'], ['#### \\boxed{4}', '4'], ['\\boxed{4}\n#### 5', '5'], ['\\boxed{4} \\boxed{5}', '5'],
    ['\\boxed{4}\n####', '4'], ['\\boxed{4}\n#### \nThat is all.', '4'], ['#### 5\n\\boxed{ }', '5'], ['#### 5\n\\boxed{4', '5'], ['####\n42\nDone.', '42'], ['####\r\n\r\n 42 \r\nDone.', '42'], ['<think>\\boxed{1}</think>\n#### 2', '2'],
    ['\\boxed{1}</think>\n####\n2', '2'], ['#### **42**', '**42**'], ['😀 \\boxed{\\dfrac{1}{2}}', '\\dfrac{1}{2}']
  ]
  for (const [text, answer] of answers) {
    it(`takes ${answer} for the answer in ${JSON.stringify(text)}`, () => {
      const read = readFreeText(text, MARKED).answer
      assert.deepEqual([read?.text, read?.marked, text.slice(read?.from, read?.to)], [answer, true, answer])
    })
  }

  it('takes what leads up to the answer for steps, without the marker of the answer', () => {
    assert.deepEqual(show('#### Step 2: add\n2+2=4\n\\boxed{4}').spans, ['step: #### Step 2: add', 'step: 2+2=4', 'answer: 4'])
    for (const text of ['a\n#### \\boxed{4}', 'a\n####\n\\boxed{4}', 'a\n####\n4']) assert.deepEqual(show(text).spans, ['step: a', 'answer: 4'])
    for (const text of ['a\n#### ', 'a\n\\boxed{}']) assert.deepEqual(show(text).spans, ['step: a'])
  })

  it('wants the answer marked, unless the format falls back on the whole text', () => {
    assert.equal(show('7').why, 'No answer after “####” or in “\\boxed{…}”.')
    assert.equal(show('####   ').wellFormed, false)
    assert.equal(show('\\boxed{7').wellFormed, false)
    assert.deepEqual(show('<think>a</think> Paris ', { marker: '####', fallback: 'whole' }).spans, ['think: a', 'step: a', 'answer: Paris'])
  })

  it('does not read an answer out of unfinished reasoning', () => assert.deepEqual(show('<think> #### 7').spans, ['think:  #### 7', 'step:  #### 7']))
})
