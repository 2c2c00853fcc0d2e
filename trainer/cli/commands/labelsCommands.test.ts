import assert from 'node:assert/strict'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { textHash } from '../../labels/anchors/textHash.ts'
import { openLabelWriter } from '../../labels/store/labelLog.ts'
import { readLabels } from '../../labels/store/labelReader.ts'
import type { Label } from '../../protocol/label.ts'
import type { Rollout } from '../../protocol/rollout.ts'
import { newRun, rollout } from '../../stores/fixtures.ts'
import { createRun } from '../../stores/runDirectory.ts'
import { commandLine } from '../commandLine.fixture.ts'
import type { Answer } from '../commandLine.fixture.ts'
import { EXIT } from '../exitCodes.ts'

const TEXT = '1+1=2; 2+2=5; answer 5'
const RUN = '.rollout-lab/runs/run-1'

/** Rollouts with two steps, the second of which is wrong. */
function labelled(sample: number): Rollout {
  const plain = rollout({ step: 1, sample })
  const ends = [...TEXT].map((_, i) => i + 1)
  const spans = [{ kind: 'step' as const, from: 0, to: 5 }, { kind: 'step' as const, from: 7, to: 12 }]
  const zeros = ends.map(() => 0)
  const segment = { ...plain.segments[0]!, text: TEXT, tokens: zeros, tokenEnds: ends, logprobs: zeros, samplingLogprobs: zeros, entropies: zeros, mask: ends.map(() => 1 as const), spans }
  return {
    ...plain, segments: [segment], correct: false, environment: 'arithmetic-chain',
    steps: [{ from: 0, to: 5, ok: true, why: '' }, { from: 7, to: 12, ok: false, why: '2+2 is 4' }]
  }
}

describe('lab labels', () => {
  let folder: string
  beforeEach(async () => {
    folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'lab-labels-')))
    const run = await createRun(newRun(path.join(folder, RUN)))
    const step = run.rollouts.openStep({ kind: 'train', step: 1 })
    const rows = [0, 1, 2].map(labelled)
    for (const row of rows) step.append(row)
    step.seal(rows)
    run.close()
  })
  afterEach(() => fs.rmSync(folder, { recursive: true }))

  const lab = (...args: string[]): Promise<Answer> => commandLine(folder, ['labels', ...args])
  const id = (sample: number): string => labelled(sample).id
  const labelsFolder = (): string => path.join(folder, '.rollout-lab', 'labels', 'run-1')
  const input = (...lines: (object | string)[]): string => {
    fs.writeFileSync(path.join(folder, 'in.jsonl'), lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
    return 'in.jsonl'
  }
  const add = async (...lines: (object | string)[]): Promise<{ code: number; answers: Record<string, unknown>[] }> => {
    const { code, out } = await lab('add', RUN, '--labeler', 'ada', '--from', input(...lines))
    return { code, answers: out.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>) }
  }

  it('add writes each line, anchored on trace, step or span, and answers with the record', async () => {
    const { code, answers } = await add(
      { rollout: id(0), opinion: { kind: 'verdict', right: false } },
      { rollout: id(0), step: 1, opinion: { kind: 'stepRating', rating: -1 }, seconds: 2.5 },
      { rollout: id(1), from: 7, to: 10, opinion: { kind: 'critique', text: 'no' } }
    )
    assert.equal(code, EXIT.finished)
    assert.deepEqual(answers.map(({ anchor }) => anchor), [
      { segment: 0, textHash: textHash(TEXT), from: 0, to: 22, tokens: { from: 0, to: 22 } },
      { segment: 0, textHash: textHash(TEXT), from: 7, to: 12, tokens: { from: 7, to: 12 }, step: 1 },
      { segment: 0, textHash: textHash(TEXT), from: 7, to: 10, tokens: { from: 7, to: 10 }, step: 1 }
    ])
    assert.deepEqual(readLabels(labelsFolder()).records.map((record): unknown => record), answers)
    assert.deepEqual(answers.map(({ run, labeler, problemId }) => [run, labeler, problemId]), Array(3).fill(['run-1', 'ada', 'problem-0']))
  })

  it('add answers what cannot be used in its place, names line and field, and writes the others', async () => {
    const { code, answers } = await add(
      { rollout: id(0), opinion: { kind: 'verdict', right: true } }, '', '{"rollout":', { rollout: 'nowhere', opinion: { kind: 'verdict', right: true } },
      { rollout: id(0), step: 2, opinion: { kind: 'flag' } }, { rollout: id(0), opinion: { kind: 'critique', text: 7 } }, { rollout: id(0), from: 3, opinion: { kind: 'flag' } }, { rollout: id(0), opinion: { kind: 'flag' }, colour: 'red' },
      { rollout: id(0), step: 0, opinion: { kind: 'stepRating', rating: 5 } }
    )
    assert.equal(code, EXIT.failed)
    assert.deepEqual(answers.map(({ line }) => line), [undefined, 3, 4, 5, 6, 7, 8, 9])
    const errors = answers.map(({ error }) => String(error))
    for (const [i, said] of [/not valid JSON/, /no rollout "nowhere"/, /no step 2/, /opinion\.text is 7: expected string/, /^to is missing/, /colour/, /^opinion\.rating is 5: expected one of -1\|0\|1\|"unsure"$/].entries()) assert.match(errors[i + 1]!, said)
    assert.equal(readLabels(labelsFolder()).records.length, 1)
  })

  it('add writes a label with an id once, however often it is given', async () => {
    const line = { id: 'mine', rollout: id(0), opinion: { kind: 'verdict', right: true } }
    const { answers } = await add(line, line)
    assert.deepEqual(answers[0], answers[1])
    assert.deepEqual((await add(line)).answers[0], answers[0])
    assert.equal(fs.readdirSync(labelsFolder()).length, 1)
    assert.equal(readLabels(labelsFolder()).records.length, 1)
  })

  it('list shows labels as they stand, narrowed by labeler and kind, safe to print', async () => {
    await add(
      { id: 'c', rollout: id(0), step: 1, opinion: { kind: 'critique', text: 'first\u001b[31m\u202e version' } }, { id: 'd', rollout: id(0), step: 1, opinion: { kind: 'critique', text: 'second\nversion' }, replaces: 'c' },
      { rollout: id(0), opinion: { kind: 'reply', to: 'c', text: 'why?' } }, { rollout: id(1), opinion: { kind: 'verdict', right: false } }, { id: 'x', rollout: id(1), opinion: { kind: 'flag' } }, { rollout: id(1), opinion: { kind: 'deleted', of: 'x' } }
    )
    const { out } = await lab('list', RUN)
    const rows = out.trim().split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, -1))
    assert.deepEqual(rows, [
      ['rollout', 'step', 'kind', 'says', 'labeler', 'source'],
      [id(0), '2', 'critique', 'second version · 1 replies', 'ada', 'human'], ['reply', 'why?', 'ada', 'human'], [id(1), 'verdict', 'wrong', 'ada', 'human']
    ])
    const json = async (...args: string[]): Promise<string[]> => (await lab('list', RUN, '--json', ...args)).out.trim().split('\n').filter(Boolean).map((line) => (JSON.parse(line) as Label).opinion.kind)
    assert.deepEqual(await json('--kind', 'verdict', '--kind', 'flag'), ['verdict'])
    assert.deepEqual(await json('--labeler', 'bob'), [])
    assert.equal((await lab('list', RUN, '--labeler', 'bob')).out, 'No labels.\n')
    const refused = await lab('list', RUN, '--kind', 'nonsense')
    assert.equal(refused.code, EXIT.usage)
    assert.match(refused.err, /^error: --kind is "nonsense"\.\n {2}at --kind\n {2}Allowed: stepRating, firstError, verdict, critique, note, better, preference, rubric, flag, reply, completed\.\n$/)
  })

  it('check names damaged lines, lists orphans and answers to earlier label sets, and says nothing where all is well', async () => {
    await add({ rollout: id(0), opinion: { kind: 'verdict', right: true } })
    assert.equal((await lab('check', RUN)).code, EXIT.finished)
    const sets = path.join(folder, '.rollout-lab', 'label-sets')
    fs.mkdirSync(sets)
    fs.writeFileSync(path.join(sets, 'quality.json'), '{"type":"object","properties":{"clarity":{"type":"integer","maximum":3}}}')
    const anchor = { segment: 0, textHash: textHash('another text'), from: 0, to: 3 }
    await add(
      { rollout: id(0), problemId: 'p', anchor, opinion: { kind: 'note', text: 'n' } }, { rollout: 'gone', problemId: 'p', anchor, opinion: { kind: 'flag' } },
      { rollout: id(1), opinion: { kind: 'rubric', labelSet: 'quality', schemaHash: 'earlier', scores: { clarity: 5 } } }
    )
    const [file] = readLabels(labelsFolder()).files
    fs.appendFileSync(file!, '{"version":1,\n<<<<<<< HEAD\n')
    fs.writeFileSync(path.join(labelsFolder(), '..', '.gitattributes'), '')
    const { code, out } = await lab('check', RUN)
    assert.equal(code, EXIT.failed)
    assert.match(out, /labels +4 of ada/)
    assert.match(out, /\.jsonl:\d+: not one JSON record/)
    assert.match(out, /\.jsonl:\d+: a mark of a merge conflict/)
    assert.match(out, new RegExp(`on ${id(0)}: the text is another one now`))
    assert.match(out, /on gone: the run has no such rollout/)
    assert.match(out, /1 answer\(s\) were given to an earlier version of their label set and do not fit/)
    assert.match(out, /merge=union/)
    const found = JSON.parse((await lab('check', RUN, '--json')).out) as { faults: unknown[]; orphans: unknown[] }
    assert.deepEqual([found.faults.length, found.orphans.length], [2, 2])
    assert.equal((await lab('list', RUN, '--orphans', '--json')).out.trim().split('\n').length, 2)
  })

  it('keeps the labels of a run that is gone', async () => {
    await add({ rollout: id(0), opinion: { kind: 'critique', text: 'kept' } })
    fs.rmSync(path.join(folder, RUN), { recursive: true })
    assert.match((await lab('list', RUN)).out, /kept/)
    assert.match((await lab('check', RUN)).out, /orphaned +1/)
    const { code, err } = await lab('list', '.rollout-lab/runs/never')
    assert.equal(code, EXIT.usage)
    assert.match(err, /There is no run directory/)
  })

  it('simulate lets an oracle with faults label, marked as what it is', async () => {
    const { code, out } = await lab('simulate', RUN, '--count', '2', '--error-rate', '0.25', '--seed', '7', '--json')
    assert.equal(code, EXIT.finished)
    const { labeler, rollouts, labels } = JSON.parse(out) as { labeler: string; rollouts: number; labels: number }
    assert.deepEqual([labeler, rollouts], ['scripted-oracle', 2])
    const { records } = readLabels(labelsFolder())
    assert.equal(records.length, labels)
    assert.ok(records.every(({ source }) => source.kind === 'scripted' && source.errorRate === 0.25 && source.seed === 7))
    assert.equal(new Set(records.map((record) => record.rollout)).size, 2)
  })

  it('simulate without faults agrees with what the run recorded', async () => {
    await lab('simulate', RUN, '--name', 'exact')
    const { records } = readLabels(labelsFolder())
    const said = (kind: string): unknown[] => records.filter(({ opinion }) => opinion.kind === kind).map(({ opinion }) => opinion)
    assert.deepEqual(said('firstError'), Array(3).fill({ kind: 'firstError', step: 1 }))
    assert.deepEqual(said('verdict'), Array(3).fill({ kind: 'verdict', right: false }))
    assert.deepEqual(said('critique'), Array(3).fill({ kind: 'critique', text: 'Step 2 is wrong: 2+2 is 4.' }))
    assert.equal((await lab('simulate', RUN, '--which', 'right')).code, EXIT.usage)
    assert.equal((await lab('simulate', RUN, '--from', 'evaluation')).code, EXIT.usage)
    assert.equal((await lab('simulate', RUN, '--bias', '2')).code, EXIT.usage)
    assert.equal((await lab('simulate', RUN, '--name', 'a b')).code, EXIT.usage)
  })

  it('takes another folder of labels where it is told to, and finds those of the folder it is given in', async () => {
    const line = input({ rollout: id(0), opinion: { kind: 'flag' } })
    await lab('add', RUN, '--labeler', 'ada', '--from', line, '--labels', 'mine')
    assert.equal(readLabels(path.join(folder, 'mine')).records.length, 1)
    const elsewhere = path.join(folder, 'elsewhere', 'run-1')
    fs.cpSync(path.join(folder, RUN), elsewhere, { recursive: true })
    await lab('add', RUN, '--labeler', 'ada', '--from', line)
    assert.match((await lab('list', elsewhere)).out, /flag/)
    openLabelWriter({ folder: path.join(folder, 'elsewhere', '.rollout-lab', 'labels', 'run-1'), labeler: 'bob' })
    assert.equal((await commandLine(path.join(folder, 'elsewhere'), ['labels', 'list', 'run-1'])).out, 'No labels.\n')
  })
})
