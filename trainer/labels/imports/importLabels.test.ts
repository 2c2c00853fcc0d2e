import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readRolloutTexts } from '../../stores/rolloutTexts.ts'
import type { RolloutTexts } from '../../stores/rolloutTexts.ts'
import { makeRun, temporaryFolder } from '../exports/run.fixture.ts'
import { exportLabels } from '../exports/exportLabels.ts'
import type { RowRollout } from '../rows/rowRollout.ts'
import { trace } from '../rows/rows.fixture.ts'
import { readLabels } from '../store/labelReader.ts'
import { joinLines } from './importedTrace.ts'
import { importLabels } from './importLabels.ts'
import type { ImportTarget } from './importLabels.ts'
import { plainLabeler } from './importedLabels.ts'

const NOW = new Date(Date.UTC(2030, 0, 1))
const jsonl = (...values: readonly unknown[]) => values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('')
const row = (completions: readonly string[], labels: readonly boolean[], prompt = '1 + 1 + 2 :') => ({ prompt, completions, labels })
/** A trace that ends with its last step, as PRM800K writes them. */
const endless = (id: string, steps: readonly string[]): RowRollout => {
  const { text, steps: places } = joinLines(steps)
  return { id, kind: 'train', problemId: 'p1', answer: null, segments: [{ text, spans: places.map((place) => ({ kind: 'step', ...place })), samplePrompt: { text: '1 + 1 + 2 :' } }] }
}

describe('importLabels', () => {
  const folder = temporaryFolder()
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  const target = (name: string, isNew = true): ImportTarget => ({ run: join(folder, 'runs', name), isNew, labelsFolder: join(folder, 'labels', name), labeler: 'imported', now: NOW })
  const steps = (path: string) => ({ file: path, format: 'trl-steps' as const })

  it('makes a run of the traces that can be read, labelled and exported again', async () => {
    const source = steps(file('new.jsonl', jsonl(row(['שלום 👍🏽', 'b'], [true, false]), row(['c'], [true], 'other'))))
    const imported = await importLabels(source, target('new'))
    assert.deepEqual([imported.traces, imported.labels, imported.labelers], [2, 3, ['imported']])
    const rollouts: RolloutTexts[] = []
    await readRolloutTexts(imported.run, undefined, (rollout) => rollouts.push(rollout))
    assert.deepEqual(rollouts.map(({ id, segments }) => [id, segments[0]!.text]), [['t000001.1-001-00', 'שלום 👍🏽\nb'], ['t000001.1-002-00', 'c']])
    const { folder: out } = await exportLabels({ runDirectory: imported.run, labelsFolder: join(folder, 'labels', 'new'), out: join(folder, 'out'), kinds: ['steps'], format: 'jsonl', options: { includeModelSources: false }, now: NOW })
    const again = await importLabels(steps(join(out, 'steps.jsonl')), target('new', false))
    assert.deepEqual([again.labels, again.known, again.unmatched.traces], [0, 3, 0])
  })

  it('labels the rollouts of a run that begin with the same steps', async () => {
    await makeRun(join(folder, 'runs', 'known'), [trace('r1', ['1 + 1 = 2', '2 + 2 = 4']), trace('r2', ['1 + 1 = 3', '3 + 2 = 5'])])
    const source = steps(file('known.jsonl', jsonl(row(['1 + 1 = 3', ' ; 3 + 2 = 5'], [false, true], '1 + 1 + 2 : '), row(['1 + 1 = 2', '2 + 2 = 4'], [true, true]), row(['1 + 1 = 7'], [false]))))
    const imported = await importLabels(source, target('known', false))
    assert.deepEqual([imported.labels, imported.unmatched], [4, { traces: 1, lines: [3] }])
    const { records } = readLabels(join(folder, 'labels', 'known'))
    assert.deepEqual(records.map(({ rollout, anchor, opinion }) => [rollout, anchor.step, 'rating' in opinion && opinion.rating]).sort(), [['r1', 0, 0], ['r1', 1, 0], ['r2', 0, -1], ['r2', 1, 0]])
    assert.deepEqual(records[0]!.source, { kind: 'imported', format: 'trl-steps', file: 'known.jsonl' })
    const again = await importLabels(source, target('known', false))
    assert.deepEqual([again.labels, again.known], [0, 4])
    await assert.rejects(importLabels(steps(file('none.jsonl', jsonl(row(['x'], [true])))), target('known', false)), { code: 'dataset/no-match' })
  })

  it('judges a rollout as a whole only where it is the trace, and the steps alone of one that goes on', async () => {
    const steps = ['1 + 1 = 2', '2 + 2 = 4']
    const record = (texts: readonly string[], finish: string, last: number, answer: string | null = null) => ({
      labeler: 'ada', timestamp: '2023-01-22T04:34:27', question: { problem: '1 + 1 + 2 :', pre_generated_steps: texts, pre_generated_answer: answer },
      label: { steps: texts.map((text, i) => ({ completions: [{ text, rating: i === texts.length - 1 ? last : 1 }], chosen_completion: 0 })), finish_reason: finish }
    })
    const into = async (run: string, rollouts: readonly RowRollout[], line: object) => {
      await makeRun(join(folder, 'runs', run), rollouts)
      const { leftOut } = await importLabels({ file: file(`${run}.jsonl`, jsonl(line)), format: 'prm800k' }, target(run, false))
      const labels = readLabels(join(folder, 'labels', run)).records.map(({ rollout, anchor, opinion }) => `${rollout} ${anchor.step ?? 'whole'} ${opinion.kind}`)
      return [...labels.sort(), ...(leftOut > 0 ? [`${leftOut} left out`] : [])]
    }
    const longer = trace('r1', [...steps, '4 + 4 = 9'], '9')
    const right = ['r2 0 stepRating', 'r2 1 stepRating', 'r2 whole verdict']
    assert.deepEqual(await into('answers', [longer, trace('r2', steps)], record(steps, 'solution', 1, '4')), right)
    assert.deepEqual(await into('texts', [trace('r1', steps), endless('r2', steps)], record(steps, 'solution', 1)), right, 'the same text before the same steps')
    assert.deepEqual(await into('prefix', [longer], record(steps, 'solution', 1, '4')), ['r1 0 stepRating', 'r1 1 stepRating', '1 left out'])
    assert.deepEqual(await into('answer', [trace('r1', steps, '5')], record(steps, 'solution', 1, '4')), ['r1 0 stepRating', 'r1 1 stepRating', '1 left out'], 'another answer after the same steps')
    assert.deepEqual(await into('error', [longer], record(steps, 'found_error', -1)), ['r1 0 stepRating', 'r1 1 stepRating', 'r1 whole firstError'])
  })

  it('names line and field of what is wrong, and takes over nothing', async () => {
    const bad = file('bad.jsonl', jsonl(row(['a'], [true]), row(['a'], [true, true]), '{"prompt": ', row(['a'], [true])))
    await assert.rejects(importLabels(steps(bad), target('bad')), { code: 'dataset/bad-line', message: /line 2, labels is \[true,true\].*line 3 is not valid JSON/, place: `${bad}:2` })
    assert.equal(existsSync(join(folder, 'runs', 'bad')), false)
    assert.equal(existsSync(join(folder, 'labels', 'bad')), false)
    await assert.rejects(importLabels(steps(file('empty.jsonl', '\n')), target('bad')), { code: 'dataset/empty' })
    await assert.rejects(importLabels(steps(join(folder, 'missing.jsonl')), target('bad')), { code: 'dataset/unreadable' })
    await assert.rejects(importLabels(steps(file('latin.jsonl', '')), target('bad')), { code: 'dataset/empty' })
  })

  it('keeps the labelers of PRM800K apart, under names that fit a file', async () => {
    const line = (labeler: string) => ({ labeler, timestamp: '2023-01-22T04:34:27', question: { problem: 'p' }, label: { steps: [{ completions: [{ text: 'a', rating: 1 }] }] } })
    const imported = await importLabels({ file: file('prm.jsonl', jsonl(line('ada'), line('../bob'), line('בוב'))), format: 'prm800k' }, target('prm'))
    assert.deepEqual([imported.traces, imported.labels], [3, 3])
    assert.deepEqual(imported.labelers, ['ada', plainLabeler('../bob'), plainLabeler('בוב')].sort())
    assert.match(plainLabeler('../bob'), /^bob-[0-9a-f]{8}$/)
    assert.notEqual(plainLabeler('בוב'), plainLabeler('בוס'))
  })
})
