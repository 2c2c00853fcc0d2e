import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { projectRollout } from '../traces/traceText.ts'
import { hoverRows } from './hoverTexts.ts'
import { Ledger, onStep, onTrace, threeSteps } from './labels.fixture.ts'
import { lensesOf } from './lensTexts.ts'
import { itemAfter } from './queueOrder.ts'
import { stepMarks } from './stepMarks.ts'
import { TRACE_KEYS } from './traceKeyList.ts'

const rollout = threeSteps({
  reward: { total: 0.1, parts: [{ name: 'answer', score: 0, weight: 1, why: 'not\n118' }, { name: 'format', score: 1, weight: 0.1, why: 'one answer' }] }
})
const projection = projectRollout(rollout, 'run')
const lineOf = (text: string): number => projection.text.split('\n').findIndex((line) => line.startsWith(text))

describe('ratings in a trace', () => {
  it('can be given above each step and above the first line, what was said marked', () => {
    const ledger = new Ledger()
    ledger.add(rollout, 'anna', onStep(rollout, 1, { kind: 'stepRating', rating: -1 }))
    ledger.add(rollout, 'ben', onStep(rollout, 0, { kind: 'stepRating', rating: 1 }))
    ledger.add(rollout, 'anna', onTrace(rollout, { kind: 'firstError', step: 1 }))
    const lenses = lensesOf({ projection, labels: ledger.labels, labeler: 'anna' })
    const above = (line: number): string[] => lenses.filter((lens) => lens.line === line).map(({ title }) => title)
    assert.deepEqual(above(lineOf('── step 1')), ['+ great', '0 okay', '− bad', '? unsure', 'first wrong step', '$(comment) critique'])
    assert.deepEqual(above(lineOf('── step 2')), ['+ great', '0 okay', '$(check) − bad', '? unsure', '$(check) first wrong step', '$(comment) critique'])
    assert.deepEqual(above(0), ['right', 'wrong', 'no step is wrong', 'flag', '$(arrow-right) complete and next'])
    assert.deepEqual(lenses.find(({ line, command }) => line === lineOf('── step 2') && command === 'rateBad'), { line: lineOf('── step 2'), title: '$(check) − bad', command: 'rateBad', segment: 0, step: 1 })
  })

  it('stand in the gutter: one’s own before those of others, which are named', () => {
    const ledger = new Ledger()
    ledger.add(rollout, 'anna', onStep(rollout, 0, { kind: 'stepRating', rating: 1 }))
    ledger.add(rollout, 'ben', onStep(rollout, 0, { kind: 'stepRating', rating: -1 }))
    ledger.add(rollout, 'ben', onStep(rollout, 1, { kind: 'stepRating', rating: 0 }))
    ledger.add(rollout, 'anna', onStep(rollout, 2, { kind: 'stepRating', rating: -1 }), { draft: true, source: { kind: 'checker', name: 'steps' } })
    assert.deepEqual(stepMarks({ projection, labels: ledger.labels, labeler: 'anna' }), [
      { line: lineOf('── step 1'), mark: 'great', own: true, others: 'ben: − bad' },
      { line: lineOf('── step 2'), mark: 'okay', own: false, others: 'ben: 0 okay' },
      { line: lineOf('── step 3'), mark: 'bad', own: false, others: 'draft by checker steps: − bad' }
    ])
  })

  it('leave no mark once they are taken back, decided on or orphaned', () => {
    const ledger = new Ledger()
    const rated = ledger.add(rollout, 'anna', onStep(rollout, 0, { kind: 'stepRating', rating: 1 }))
    ledger.add(rollout, 'anna', { opinion: { kind: 'deleted', of: rated.id }, anchor: rated.anchor })
    const draft = ledger.add(rollout, 'anna', onStep(rollout, 1, { kind: 'stepRating', rating: 1 }), { draft: true, source: { kind: 'checker', name: 'steps' } })
    ledger.add(rollout, 'anna', { opinion: { kind: 'decision', of: draft.id, decision: 'rejected' }, anchor: draft.anchor })
    ledger.add(rollout, 'anna', onStep(rollout, 2, { kind: 'stepRating', rating: 1 }))
    const labels = ledger.labels.map((label) => (label.anchor.step === 2 ? { ...label, orphaned: 'textChanged' as const } : label))
    assert.deepEqual(stepMarks({ projection, labels, labeler: 'anna' }), [])
  })
})

describe('hovers of a trace', () => {
  const rows = (text: string, labels = new Ledger().labels): readonly string[] => hoverRows({ rollout, projection, labels }, lineOf(text))

  it('show the reward with its parts, each on one line', () => {
    assert.deepEqual(rows('Reward  '), ['Graded wrong', 'Reward 0.1, the sum of:', '  answer: 0 × 1 = 0. not 118', '  format: 1 × 0.1 = 0.1. one answer'])
    assert.deepEqual(rows('── Completion'), rows('Reward  '))
    assert.deepEqual(rows('format'), ['format: 1 × 0.1 = 0.1. one answer'])
  })

  it('show what the checker and the labelers say of a step', () => {
    const ledger = new Ledger()
    ledger.add(rollout, 'ben', onStep(rollout, 1, { kind: 'stepRating', rating: -1 }))
    assert.deepEqual(rows('── step 2', ledger.labels), ['Step 2', 'Checked: wrong. 5 * 2 is 10', 'ben: − bad'])
    assert.deepEqual(rows('5*2 = 9', ledger.labels), rows('── step 2', ledger.labels))
  })

  it('show the tokens of a step in means', () => {
    const [segment] = rollout.segments
    const withTokens = { ...rollout, segments: [{ ...segment!, tokens: [1, 2, 3], tokenEnds: [3, 7, 15], logprobs: [-1, -3, -9], entropies: [0.5, 1.5, 4], advantages: [2, 0, 7] }] }
    assert.deepEqual(hoverRows({ rollout: withTokens, projection, labels: [] }, lineOf('── step 1'))[2], '2 tokens: mean log-probability -2, mean entropy 1, mean advantage 1')
    const unsaid = { ...withTokens, segments: [{ ...withTokens.segments[0]!, logprobs: [], entropies: [] }] }
    assert.equal(hoverRows({ rollout: unsaid, projection, labels: [] }, lineOf('── step 1'))[2], '2 tokens: mean advantage 1')
  })

  it('say nothing of prompts and seeds', () => {
    assert.deepEqual([rows('2 + 3'), rows('Seed'), rows('── Prompt')], [[], [], []])
  })
})

describe('the next of a queue', () => {
  const items = ['a', 'b', 'c', 'd'].map((rollout) => ({ rollout, qualityControl: false }))
  const after = (current: string | undefined, direction: 1 | -1, completed: string[] = []) => itemAfter(items, current, direction, new Set(completed))?.rollout

  it('follows the order, leaves completed ones out and starts where nothing is known', () => {
    assert.deepEqual([after('a', 1), after('a', 1, ['b', 'c']), after(undefined, 1), after('elsewhere', 1, ['a']), after('d', 1)], ['b', 'd', 'a', 'b', undefined])
  })

  it('goes back to completed ones too', () => {
    assert.deepEqual([after('c', -1, ['b']), after('a', -1)], ['b', undefined])
  })
})

describe('keys of traces', () => {
  const { contributes } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { contributes: { keybindings: { command: string; key: string; when: string }[] } }
  const bound = contributes.keybindings.filter(({ when }) => when.includes('resourceScheme == rollout'))

  it('count only where nothing can be written', () => {
    assert.ok(bound.length > 10)
    for (const { command, when } of bound) assert.equal(when, 'editorTextFocus && editorReadonly && resourceScheme == rollout', command)
  })

  it('do all that the cheat sheet says', () => {
    assert.deepEqual([...new Set(bound.map(({ command }) => command))].sort(), [...TRACE_KEYS.map(({ command }) => `rolloutLab.${command}`), 'rolloutLab.showTraceKeys'].sort())
  })

  it('are no two commands on one key', () => {
    assert.equal(new Set(bound.map(({ key }) => key)).size, bound.length)
  })
})
