import assert from 'node:assert/strict'
import fc from 'fast-check'
import { SuggestionFailure } from './failures.ts'
import type { FailureCode } from './failures.ts'
import { MOST_REPLY, parseReply } from './parseReply.ts'

const WRONG = { ratings: [1, -1], firstWrongStep: 2, right: false, critique: ' It adds. ' }
const RIGHT = { ratings: [1, 0, 'unsure'], firstWrongStep: null, right: true, critique: 'Holds.' }
const reply = (more: object): string => JSON.stringify({ ...WRONG, ...more })
const refused = (text: string, code: FailureCode, why = /./, steps = 3): void =>
  assert.throws(() => parseReply(text, steps), (error) => error instanceof SuggestionFailure && error.code === code && why.test(error.message), text.slice(0, 200))

describe('the answer of a model', () => {
  it('is a review where it is the JSON asked for', () => {
    assert.deepEqual(parseReply(JSON.stringify(WRONG), 3), { ratings: [{ step: 0, rating: 1 }, { step: 1, rating: -1 }], firstError: 1, right: false, critique: 'It adds.' })
    assert.deepEqual(parseReply(JSON.stringify(RIGHT), 3), { ratings: [{ step: 0, rating: 1 }, { step: 1, rating: 0 }, { step: 2, rating: 'unsure' }], firstError: null, right: true, critique: 'Holds.' })
  })

  it('may stand in a code fence, with words around it, or after reasoning', () => {
    const expected = parseReply(JSON.stringify(WRONG), 3)
    const json = JSON.stringify(WRONG, null, 2)
    for (const text of [`\`\`\`json\n${json}\n\`\`\``, `Here it is:\r\n\`\`\`\r\n${json}\r\n\`\`\`  \r\nDone.`, `<think>{"ratings": []} Hm.\n\`\`\`json\n{}\n\`\`\`</think>\n${json}`, `\n ${json}\n`]) {
      assert.deepEqual(parseReply(text, 3), expected, text)
    }
  })

  it('says nothing of the answer where the model cannot tell', () => {
    assert.deepEqual(parseReply(reply({ right: null }), 3), { ratings: [{ step: 0, rating: 1 }, { step: 1, rating: -1 }], firstError: 1, critique: 'It adds.' })
  })

  it('may rate the steps after the first wrong one, which is not taken', () => {
    assert.deepEqual(parseReply(reply({ ratings: [1, -1, 1] }), 3).ratings, [{ step: 0, rating: 1 }, { step: 1, rating: -1 }])
  })

  it('is of a solution without steps too', () => {
    assert.deepEqual(parseReply(reply({ ratings: [], firstWrongStep: null }), 0), { ratings: [], firstError: null, right: false, critique: 'It adds.' })
    refused(reply({ ratings: [-1], firstWrongStep: 1 }), 'notAReview', /there are 0 steps/, 0)
  })

  it('is refused where it is no JSON, or more than one', () => {
    for (const text of ['', 'I would rate all of them 1.', '{"ratings": [1, -1],', `${JSON.stringify(WRONG)} ${JSON.stringify(WRONG)}`, '{ratings: [1]}', "{'right': true}", JSON.stringify(WRONG).replace('-1', 'NaN'), '\ud800']) refused(text, 'notJson')
    const block = `\`\`\`json\n${JSON.stringify(WRONG)}\n\`\`\`\n`
    refused(block + block, 'notJson', /several code blocks/)
  })

  it('is refused where something is missing or another thing than asked for', () => {
    for (const text of ['null', '[]', '"right"', '1', '{}', JSON.stringify([WRONG])]) refused(text, 'notAReview')
    const bad = [
      { ratings: [2, -1] }, { ratings: ['1', -1] }, { ratings: [true, -1] }, { ratings: { 0: 1 } }, { ratings: [[1], -1] }, { firstWrongStep: '2' }, { firstWrongStep: 0 }, { firstWrongStep: -1 }, { firstWrongStep: 1.5 },
      { firstWrongStep: undefined }, { right: 'false' }, { right: 0 }, { right: undefined }, { critique: '' }, { critique: ' \n' }, { critique: ['x'] }, { critique: 'x'.repeat(100_001) }, { __proto__: null, ratings: null }
    ]
    for (const more of bad) refused(reply(more), 'notAReview')
  })

  it('is refused where it contradicts itself or speaks of other steps', () => {
    refused(reply({ ratings: [1, 1] }), 'notAReview', /firstWrongStep is 2; .* none/)
    refused(reply({ ratings: [-1, -1] }), 'notAReview', /step 1/)
    refused(reply({ ratings: [1, -1, 1], firstWrongStep: null }), 'notAReview', /firstWrongStep is null/)
    refused(reply({ firstWrongStep: 4 }), 'notAReview', /there are 3 steps/)
    refused(reply({ ratings: [-1] }), 'notAReview', /1 ratings for 2 of 3 steps/)
    refused(reply({ ratings: [1, -1, 1, 1] }), 'notAReview', /4 ratings/)
    refused(reply({ firstWrongStep: 1e300 }), 'notAReview')
  })

  it('is refused where it is endless', () => {
    refused(reply({ more: 'x'.repeat(MOST_REPLY) }), 'tooLong')
    refused('['.repeat(MOST_REPLY), 'notJson')
  })

  it('reaches no prototype', () => {
    const { ratings } = parseReply(`{"__proto__": {"polluted": true}, ${JSON.stringify(WRONG).slice(1)}`, 3)
    assert.equal(ratings.length, 2)
    assert.equal(({} as { polluted?: boolean }).polluted, undefined)
  })

  it('never comes out as a review with steps that are not there', () => {
    const loose = fc.record({ ratings: fc.array(fc.constantFrom(-1, 0, 1, 'unsure')), firstWrongStep: fc.option(fc.integer({ min: -1, max: 6 })), right: fc.option(fc.boolean()), critique: fc.string() })
    fc.assert(fc.property(fc.oneof(loose, fc.jsonValue()), fc.nat({ max: 5 }), (value, steps) => {
      try {
        const review = parseReply(JSON.stringify(value), steps)
        assert.ok(review.ratings.every(({ step }) => step < steps))
        assert.equal(review.ratings.findIndex(({ rating }) => rating === -1), review.firstError ?? -1)
      } catch (error) {
        assert.ok(error instanceof SuggestionFailure)
      }
    }))
  })
})
