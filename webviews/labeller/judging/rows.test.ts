import assert from 'node:assert/strict'
import { QUALITY } from '../labeller.fixture.ts'
import { fieldFault, fieldValue, rowsOf, stepByDigit } from './rows.ts'

const [kind, clarity, useful, why] = QUALITY.fields

describe('rows', () => {
  it('are the steps, the verdict, then the fields', () => {
    assert.deepEqual(rowsOf(2, false, QUALITY).map((row) => row.kind), ['step', 'step', 'verdict', 'field', 'field', 'field', 'field'])
    assert.deepEqual(rowsOf(2, true, undefined).map((row) => row.kind), ['preference'])
  })
})

describe('digits', () => {
  const type = (digits: string, steps: number) => [...digits].reduce<{ step: number; digits: string } | undefined>((before, digit) => stepByDigit(before?.digits ?? '', Number(digit), steps), undefined)?.step
  it('reach every step from 1 to 12 but the tenth with at most two', () => {
    for (const number of [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12]) assert.equal(type(String(number), 12), number - 1)
  })
  it('begin anew where the number would be too large', () => {
    assert.equal(type('12', 5), 1)
    assert.equal(type('99', 12), 8)
    assert.equal(type('123', 12), 2)
  })
  it('say where there is no such step', () => assert.equal(type('7', 5), undefined))
})

describe('fields', () => {
  it('take options, numbers and yes or no by digit', () => {
    assert.deepEqual([1, 3, 4].map((digit) => fieldValue(kind!, digit)), ['arithmetic', 'format', undefined])
    assert.deepEqual([0, 1, 5, 6].map((digit) => fieldValue(clarity!, digit)), [undefined, 1, 5, undefined])
    assert.deepEqual([1, 2, 3].map((digit) => fieldValue(useful!, digit)), [true, false, undefined])
    assert.equal(fieldValue(why!, 1), undefined)
  })
  it('say what is wrong with an answer', () => {
    assert.match(fieldFault(kind!, undefined) ?? '', /Kind of error is not answered/)
    assert.equal(fieldFault(clarity!, undefined), undefined)
    assert.match(fieldFault(kind!, 'taste') ?? '', /no such option/)
    assert.match(fieldFault(clarity!, 2.5) ?? '', /whole number/)
    assert.match(fieldFault(clarity!, 9) ?? '', /between 1 and 5/)
    assert.match(fieldFault(useful!, 'yes') ?? '', /yes or no/)
    assert.equal(fieldFault(why!, 'because'), undefined)
  })
})
