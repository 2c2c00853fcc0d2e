import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import type { RunEvent } from '../protocol/events.ts'
import { AT, temporaryFolder } from '../stores/fixtures.ts'
import { lastPassAt1 } from './evaluationTail.ts'

type When = Extract<RunEvent, { type: 'evaluation' }>['when']

const around = (value: number) => ({ value, low: value, high: value })
const evaluated = (when: When, value: number, name = 'heldOut'): string => JSON.stringify({
  version: 1, at: AT, step: 1, type: 'evaluation', when, name,
  result: { environment: 'countdown', problems: 1, samplesPerProblem: 1, temperature: 1, passAt1: around(value), passAtK: {}, truncated: 0, meanTokens: 4 }
})
/** What steps write between two evaluations: letters of two bytes, so that pieces begin within some. */
const steps = (count: number): string[] => Array.from({ length: count }, (_, step) => JSON.stringify({ version: 1, at: AT, step, type: 'warning', code: 'x', message: 'ä'.repeat(700 + step % 7) }))

describe('pass@1 as events tell it', () => {
  let place: string
  beforeEach(() => (place = path.join(temporaryFolder(), 'events.jsonl')))

  const write = (...lines: readonly string[]): void => fs.appendFileSync(place, lines.map((line) => `${line}\n`).join(''))

  it('is found however many steps came before the first evaluation and after the last', () => {
    write(...steps(300), evaluated('before', 0.1), ...steps(300), evaluated('during', 0.3), evaluated('during', 0.9, 'harder'), ...steps(400))
    assert.deepEqual(lastPassAt1(place), { before: 0.1, last: 0.3 })
  })

  it('is kept while a file grows, and taken from what is new', () => {
    assert.deepEqual(lastPassAt1(place), {})
    write(...steps(2))
    assert.deepEqual(lastPassAt1(place), {})
    write(evaluated('before', 0.1))
    assert.deepEqual(lastPassAt1(place), { before: 0.1 })
    write(evaluated('during', 0.2), ...steps(3))
    assert.deepEqual(lastPassAt1(place), { before: 0.1, last: 0.2 })
    const line = evaluated('during', 0.3)
    fs.appendFileSync(place, line.slice(0, 60))
    assert.deepEqual(lastPassAt1(place), { before: 0.1, last: 0.2 })
    fs.appendFileSync(place, `${line.slice(60)}\n`)
    assert.deepEqual(lastPassAt1(place), { before: 0.1, last: 0.3 })
  })

  it('is that of the file that lies there now', () => {
    write(evaluated('before', 0.1), evaluated('during', 0.2))
    lastPassAt1(place)
    fs.writeFileSync(`${place}.other`, `${[evaluated('during', 0.6), ...steps(3)].join('\n')}\n`)
    fs.renameSync(`${place}.other`, place)
    assert.deepEqual(lastPassAt1(place), { last: 0.6 })
    fs.writeFileSync(place, `${evaluated('during', 0.7)}\n`)
    assert.deepEqual(lastPassAt1(place), { last: 0.7 })
  })

  it('is not looked for beyond what is no line', () => {
    write(evaluated('before', 0.1), 'x'.repeat(3_000_000), evaluated('during', 0.2))
    assert.deepEqual(lastPassAt1(place), { before: 0.1, last: 0.2 })
    write('x'.repeat(3_000_000))
    assert.deepEqual(lastPassAt1(place), { before: 0.1, last: 0.2 })
    fs.writeFileSync(place, 'x'.repeat(3_000_000))
    assert.deepEqual(lastPassAt1(place), {})
  })
})
