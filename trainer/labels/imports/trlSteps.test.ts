import assert from 'node:assert/strict'
import type { ImportedTrace } from './importedTrace.ts'
import { readTrlSteps } from './trlSteps.ts'

const row = (completions: readonly unknown[], labels: readonly unknown[], prompt: unknown = 'p') => ({ prompt, completions, labels })
const trace = (completions: readonly string[], separator?: string): ImportedTrace => (readTrlSteps(3, row(completions, completions.map(() => true)), separator) as readonly ImportedTrace[])[0]!
const steps = ({ text, steps: places }: ImportedTrace) => places.map(({ from, to }) => text.slice(from, to))

describe('readTrlSteps', () => {
  it('joins steps by a newline where they bring no white space, else as they are', () => {
    assert.deepEqual([trace(['a', 'b']).text, steps(trace(['a', 'b']))], ['a\nb', ['a', 'b']])
    assert.deepEqual([trace(['a', ' ; b', ' ; c']).text, steps(trace(['a', ' ; b', ' ; c']))], ['a ; b ; c', ['a', '; b', '; c']])
    assert.deepEqual([trace(['a\n\n', 'b\n\n']).text, steps(trace(['a\n\n', 'b\n\n']))], ['a\n\nb\n\n', ['a', 'b']])
    assert.deepEqual([trace(['a', 'b'], ' | ').text, steps(trace(['a', 'b'], ' | '))], ['a | b', ['a', 'b']])
    assert.deepEqual(steps(trace(['a', ' b'], '')), ['a', 'b'])
  })

  it('takes right steps for okay and wrong ones for bad', () => {
    const [read] = readTrlSteps(3, row(['a', 'b'], [true, false]), undefined) as readonly ImportedTrace[]
    assert.deepEqual(read!.opinions, [{ step: 0, opinion: { kind: 'stepRating', rating: 0 } }, { step: 1, opinion: { kind: 'stepRating', rating: -1 } }])
  })

  it('names the field that is wrong, and its value', () => {
    const fault = (value: unknown) => readTrlSteps(3, value, undefined)
    assert.deepEqual(fault(row(['a', 3], [true, true])), { line: 3, field: 'completions[1]', what: 'is 3: expected string, received number' })
    assert.deepEqual(fault(row(['a'], ['yes'])), { line: 3, field: 'labels[0]', what: 'is "yes": expected boolean, received string' })
    assert.deepEqual(fault(row(['a'], [true, false])), { line: 3, field: 'labels', what: 'is [true,false]: must have one entry per completion' })
    assert.deepEqual(fault(row(['a', ' \n'], [true, false])), { line: 3, field: 'completions[1]', what: 'has no text' })
    assert.deepEqual(fault({ completions: [], labels: [] }), { line: 3, field: 'prompt', what: 'is missing' })
    assert.deepEqual(fault(row(['x'.repeat(100)], [], [{ role: 'user' }])), { line: 3, field: 'prompt', what: 'is [{"role":"user"}]: expected string, received array' })
  })
})
