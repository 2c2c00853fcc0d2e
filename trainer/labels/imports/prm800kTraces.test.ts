import assert from 'node:assert/strict'
import type { ImportedTrace } from './importedTrace.ts'
import { readPrm800k } from './prm800kTraces.ts'

const completion = (text: string, rating: number | null, flagged: boolean | null = null) => ({ text, rating, flagged })
const step = (completions: readonly object[], chosen: number | null, human: string | null = null) => ({ completions, human_completion: human, chosen_completion: chosen })
/** The shape that the dataset's README shows, with other words. */
const record = (steps: readonly object[], more: { readonly question?: object; readonly label?: object; readonly top?: object } = {}) => ({
  labeler: '340d89bc-f5b7-45e9-b272-909ba68ee363', timestamp: '2023-01-22T04:34:27.052924', generation: 9, is_quality_control_question: false, is_initial_screening_question: false,
  question: { problem: 'What is 2 + 2 + 1?', ground_truth_solution: '5', ground_truth_answer: '5', pre_generated_steps: null, pre_generated_answer: null, pre_generated_verifier_score: null, ...more.question },
  label: { steps, total_time: 278_270, finish_reason: 'found_error', ...more.label }, ...more.top
})
const traces = (value: object): readonly ImportedTrace[] => {
  const read = readPrm800k(7, value)
  assert.ok(Array.isArray(read), JSON.stringify(read))
  return read as readonly ImportedTrace[]
}
const ratings = ({ opinions }: ImportedTrace) => opinions.flatMap(({ step: at, opinion }) => (opinion.kind === 'stepRating' ? [[at, opinion.rating]] : []))
const others = ({ opinions }: ImportedTrace) => opinions.flatMap(({ opinion }) => (opinion.kind === 'stepRating' ? [] : [opinion]))

describe('readPrm800k', () => {
  it('reads the solution of the second phase whole, its ratings, and where the error is', () => {
    const generated = ['2 + 2 = 4', '4 + 1 = 6', 'So 6.\n\n# Answer\n\n6']
    const [trace, ...rest] = traces(record([step([completion('2 + 2 = 4', 0)], 0), step([completion('4 + 1 = 6', -1, true)], null)], { question: { pre_generated_steps: generated, pre_generated_answer: '6' } }))
    assert.equal(rest.length, 0)
    assert.deepEqual([trace!.prompt, trace!.gold, trace!.answer, trace!.text], ['What is 2 + 2 + 1?', '5', '6', generated.join('\n')])
    assert.deepEqual(trace!.steps.map(({ from, to }) => trace!.text.slice(from, to)), generated)
    assert.deepEqual(ratings(trace!), [[0, 0], [1, -1]])
    assert.deepEqual(others(trace!), [{ kind: 'flag', reason: '' }, { kind: 'firstError', step: 1 }])
    assert.deepEqual([trace!.labeler, trace!.at, trace!.seconds, trace!.line], ['340d89bc-f5b7-45e9-b272-909ba68ee363', '2023-01-22T04:34:27.052Z', 278.27, 7])
  })

  it('makes a trace of every other candidate that was rated', () => {
    const [trace, ...rest] = traces(record([step([completion('a', 1)], 0), step([completion('b', -1), completion('c', 0), completion('d', null)], 1), step([completion('e', 1)], 0)], { label: { finish_reason: 'solution' } }))
    assert.equal(trace!.text, 'a\nc\ne')
    assert.deepEqual(others(trace!), [{ kind: 'verdict', right: true }])
    assert.deepEqual(rest.map(({ text }) => text), ['a\nb'])
    assert.deepEqual(ratings(rest[0]!), [[0, 1], [1, -1]])
  })

  it('goes on from what the labeler wrote, and sets it against what it replaced', () => {
    const [trace, replaced, second] = traces(record([step([completion('bad', -1), completion('worse', -1)], null, 'mine'), step([completion('on', 1)], 0)], { label: { finish_reason: 'give_up' } }))
    assert.equal(trace!.text, 'mine\non')
    assert.deepEqual(ratings(trace!), [[0, 1], [1, 1]])
    assert.deepEqual(others(replaced!), [{ kind: 'better', of: 'step', text: 'mine' }])
    assert.deepEqual([ratings(second!), others(second!)], [[[0, -1]], []])
  })

  it('marks screening and quality control, and takes times with a zone', () => {
    assert.equal(traces(record([step([completion('a', 1)], 0)], { top: { is_initial_screening_question: true, timestamp: '2023-01-22T04:34:27+02:00' } }))[0]!.qualityControl, true)
    assert.equal(traces(record([step([completion('a', 1)], 0)], { top: { timestamp: '2023-01-22T04:34:27+02:00' } }))[0]!.at, '2023-01-22T02:34:27.000Z')
  })

  it('names the field that is wrong, and its value', () => {
    const fault = (value: object) => readPrm800k(7, value)
    assert.deepEqual(fault(record([step([completion('a', 2)], 0)])), { line: 7, field: 'label.steps[0].completions[0].rating', what: 'is 2: expected one of -1|0|1|null' })
    assert.deepEqual(fault(record([step([completion('a', 1)], 0), step([completion('a', 1)], 4)])), { line: 7, field: 'label.steps[1].chosen_completion', what: 'is 4, but there are 1 completions' })
    assert.deepEqual(fault(record([step([], null)])), { line: 7, field: 'label.steps[0].completions', what: 'holds no step' })
    assert.deepEqual(fault(record([], {})), { line: 7, field: 'label.steps', what: 'is empty' })
    assert.deepEqual(fault(record([], { top: { timestamp: 'yesterday' } })), { line: 7, field: 'timestamp', what: 'is "yesterday", which is no time' })
    assert.deepEqual(fault(record([], { top: { question: {} } })), { line: 7, field: 'question.problem', what: 'is missing' })
    assert.deepEqual(fault(record([step([completion('a', 1)], 0)], { label: { finish_reason: 'bored' } })), { line: 7, field: 'label.finish_reason', what: 'is "bored": expected one of "found_error"|"solution"|"bad_problem"|"give_up"' })
    assert.deepEqual(fault([1]), { line: 7, field: '', what: 'is [1]: expected object, received array' })
  })
})
