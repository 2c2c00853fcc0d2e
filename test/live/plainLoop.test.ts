import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { commandLine } from '../../trainer/cli/commandLine.fixture.ts'
import type { LabError } from '../../trainer/errors.ts'
import { requireOwnRun } from '../../trainer/cli/recordedRun.ts'
import type { RolloutRow, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { readFreeText, renderFreeText } from '../../trainer/renderers/freeText.ts'
import { newRun } from '../../trainer/stores/fixtures.ts'
import { createRun, openRun } from '../../trainer/stores/runDirectory.ts'
import { lockHolder } from '../../trainer/stores/runLock.ts'
import { Place } from '../process/tinyRun.ts'
import { TestQueries } from '../query/queryServer.ts'
import { anyPython, GatedProgram } from './gatedProgram.ts'
import { readWholeRun } from './recordedRun.ts'

const SORT = { by: 'recorded', descending: false } as const

const describeThem = anyPython === undefined ? describe.skip : describe

describeThem('a training loop recorded from Python (3.10 or later)', function () {
  this.timeout(120_000)
  let place: Place
  let directory: string
  let queries: TestQueries
  let last: ViewInfo | undefined
  const programs: GatedProgram[] = []

  beforeEach(() => {
    place = new Place()
    directory = place.at('run')
    queries = new TestQueries()
    last = undefined
    queries.notices.on('viewChanged', (info: ViewInfo) => { last = info })
  })
  afterEach(() => {
    for (const program of programs.splice(0)) program.kill()
    queries.close()
    place.remove()
  })

  const run = (what: string): GatedProgram => {
    const program = new GatedProgram(anyPython!, './plain_loop.py', [what, directory])
    programs.push(program)
    return program
  }
  const runToEnd = async (what: string): Promise<string> => {
    const { code, err } = await run(what).ended
    assert.equal(code, 0, err)
    return err
  }
  const follow = () => queries.ask('rollouts/open', { runs: [directory], filter: {}, sort: SORT, by: 'rollouts', follow: true })
  const rowsOf = async (view: string): Promise<readonly RolloutRow[]> => (await queries.ask('rollouts/page', { view, offset: 0, limit: 500 })).rows
  const cardOf = async () => (await queries.ask('runs/details', { run: directory })).card
  /** Waits for the views to say so; ends in mocha's timeout where they never do. */
  const until = async (fits: () => boolean | Promise<boolean>): Promise<void> => {
    while (!(await fits())) await delay(10)
  }

  it('shows rollouts, rewards and advantages as they are recorded', async () => {
    const program = run('whole')
    await program.at('start')
    const { view, count } = await follow()
    assert.equal(count, 0)
    assert.deepEqual([(await cardOf()).status, (await cardOf()).name, (await cardOf()).model, lockHolder(directory)], ['running', 'plain loop', 'some-model', 'alive'])
    program.go()
    await program.at('step 1')
    await until(async () => (await rowsOf(view)).filter(({ advantage }) => advantage !== null).length === 8)
    for (const row of await rowsOf(view)) {
      assert.deepEqual([row.advantage, row.parts], [(row.correct ? 1 : 0) - 0.5, { answer: row.correct ? 1 : 0, format: 0.5 }])
      assert.ok(Math.abs(row.reward! - ((row.correct ? 1 : 0) + 0.05)) < 1e-12)
    }
    program.go()
    await program.at('sampled 2')
    await until(() => last?.count === 16)
    const unweighed = (await rowsOf(view)).slice(8)
    assert.deepEqual(unweighed.map(({ step, advantage, completionTokens }) => [step, advantage, completionTokens]), new Array(8).fill([2, null, 4]))
    program.go()
    await program.at('step 2')
    await until(async () => (await rowsOf(view)).slice(8, 16).every(({ advantage }) => advantage === 0.25))
    program.go()
    assert.equal((await program.ended).code, 0)
    await until(() => last?.count === 25)
    const card = await cardOf()
    assert.deepEqual([card.status, card.step, card.steps, card.rewardSpark.length, card.recipe], ['finished', 3, 3, 3, 'recorded by rollout_lab.live'])
    assert.equal(lockHolder(directory), 'none')
  })

  it('writes every record as the trainer would, and its own stores go on with them', async () => {
    const program = run('whole')
    for (const name of ['start', 'step 1', 'sampled 2', 'step 2']) {
      await program.at(name)
      readWholeRun(directory)
      program.go()
    }
    await program.ended
    const { record, rollouts, metrics, events } = readWholeRun(directory)
    assert.deepEqual([...rollouts.keys()], ['evaluation-000002.jsonl', 'step-000001.jsonl', 'step-000002.jsonl', 'step-000003.jsonl'])
    assert.deepEqual([record.recorded?.rewards, record.run.groupSize, record.run.environment?.name], [['answer', 'format'], 4, 'sums'])
    assert.deepEqual(metrics.map(({ step, values }) => [step, values['loss/total'], values['reward/part/format'], values['gradient/norm']]), [
      [1, 0.25, 0.5, undefined], [2, 0.5, 0.5, undefined], [3, undefined, 0.5, undefined]
    ])
    assert.deepEqual(events.map(({ type }) => type), [
      'runStarted', 'stageStarted', 'stepStarted', 'stepFinished', 'stepStarted', 'stepFinished', 'stepStarted', 'stepFinished', 'runFinished'
    ])
    const all = [...rollouts.values()].flat()
    const opened = await openRun(directory)
    assert.equal(await opened.rollouts.compact({ throughStep: 3, all: true }), 4)
    opened.close()
    for (const rollout of all) assert.deepEqual(await queries.ask('rollouts/one', { run: directory, id: rollout.id }), rollout)
  })

  it('loses at most the half-written line when it is killed, shows as interrupted, and goes on where asked', async () => {
    const program = run('killed')
    await program.at('half a line')
    program.go()
    assert.equal((await program.ended).signal, 'SIGKILL')
    const { count, notices } = await follow()
    assert.deepEqual([count, notices, (await cardOf()).status], [13, [], 'interrupted'])
    await runToEnd('again')
    const { rollouts, events, metrics, state } = readWholeRun(directory)
    const second = rollouts.get('step-000002.jsonl')!
    assert.deepEqual(second.map(({ attempt, superseded }) => [attempt, superseded]), [...new Array(5).fill([1, true]), ...new Array(8).fill([2, false])])
    assert.deepEqual(metrics.map(({ step }) => step), [1, 2])
    assert.deepEqual([state.status, events.filter(({ type }) => type === 'runStarted').map((event) => 'resumed' in event && event.resumed)], ['finished', [false, true]])
  })

  it('refuses a directory that another writer has, or that holds something else', async () => {
    const program = run('whole')
    await program.at('start')
    const refused = await run('again').ended
    assert.equal(refused.code, 1)
    assert.match(refused.err, /LabError: the run directory .* is in use: process \d+ is writing to it/)
    await assert.rejects(openRun(directory), { code: 'run-in-use' })
    program.kill()
    await program.ended
    assert.match((await run('bare').ended).err, /LabError: .* exists already and is not empty/)
  })

  it('keeps hostile text and numbers out of the records', async () => {
    const err = await runToEnd('hostile')
    const { rollouts, events, metrics } = readWholeRun(directory)
    const [first, second, third, fourth] = rollouts.get('step-000001.jsonl') as [Rollout, Rollout, Rollout, Rollout]
    assert.deepEqual([first.segments[0]!.samplePrompt.text, first.segments[0]!.text], ['\ufffd a\u202e\0', '\ufffd 😀\ufffd'])
    assert.deepEqual([first.reward.total, first.reward.parts.map(({ score }) => score), first.errors.length], [null, [1, null, null], 2])
    const { tokens, logprobs, entropies, samplingLogprobs, tokenEnds, mask } = second.segments[0]!
    assert.deepEqual({ tokens, logprobs, entropies, samplingLogprobs, tokenEnds, mask }, { tokens: [1, 2], logprobs: [], entropies: [0, 1], samplingLogprobs: [], tokenEnds: [], mask: [1, 1] })
    assert.deepEqual([third.segments[0]!.tokens, third.segments[0]!.stopReason, third.seed, third.params], [[], 'endOfText', 0, { c: '\ufffd' }])
    assert.deepEqual([fourth.segments[0]!.samplePrompt, fourth.reward.total], [{ text: 'x\ufffd', tokens: [] }, null])
    assert.equal(rollouts.get('step-000002.jsonl')!.length, 1)
    assert.deepEqual(Object.keys(metrics[0]!.values).filter((name) => !/^(reward|rollouts|groups|length)\//.test(name)), ['policy/entropy', 'c\ufffd'])
    assert.ok(events.filter(({ type }) => type === 'warning').length >= 6)
    assert.match(err, /Rollout Lab leaves out of the records of .*: rollouts of more than 16777216 bytes/)
  })

  it('serves loops that know texts, rewards and advantages alone', async () => {
    await runToEnd('bare')
    readWholeRun(directory)
    const { view } = await follow()
    const rows = await rowsOf(view)
    assert.deepEqual(rows.map(({ reward, advantage, completionTokens, meanLogprob }) => [reward, advantage, completionTokens, meanLogprob]), [[0, -0.5, 0, null], [1, 0.5, 0, null]])
    assert.deepEqual(await queries.ask('rollouts/excerpts', { rollouts: rows.map(({ id }) => ({ run: directory, id })), characters: 9 }), [{ prompt: 'a', completion: 'b0' }, { prompt: 'a', completion: 'b1' }])
  })

  it('is compared by what it told, not by defaults of ours', async () => {
    await runToEnd('bare')
    const own = await createRun(newRun(place.at('own')))
    own.close()
    const { differences } = await queries.ask('runs/compare', { runs: [directory, own.path] })
    const told = new Map(differences.map(({ path, values }) => [path, values[0]]))
    assert.deepEqual(['model', 'groupSize', 'sampling.maxTokens'].map((path) => told.get(path)), ['"org/some-model"', '4', '4'])
    assert.deepEqual(['optimizer.learningRate', 'algorithm.name', 'sampling.temperature'].map((path) => told.get(path)), [null, null, null])
  })

  it('can be labelled, step by step', async () => {
    await runToEnd('bare')
    place.write('labels.jsonl', JSON.stringify({ rollout: 't000001.1-000-01', step: 0, opinion: { kind: 'stepRating', rating: -1 } }))
    const { code, err } = await commandLine(place.folder, ['labels', 'add', 'run', '--labeler', 'me', '--from', 'labels.jsonl', '--labels', place.at('labels')])
    assert.equal(code, 0, err)
    await queries.ask('labels/folder', { run: directory, folder: place.at('labels') })
    const [label] = await queries.ask('labels/of', { run: directory, id: 't000001.1-000-01' })
    assert.deepEqual([label?.anchor.step, label?.anchor.from, label?.anchor.to, label?.opinion.kind], [0, 0, 2, 'stepRating'])
  })

  it('marks reasoning, steps and answers where the trainer would', async () => {
    await runToEnd('texts')
    const format = { marker: '####', fallback: 'none' } as const
    const segments = [...readWholeRun(directory).rollouts.values()].flat().map((rollout) => rollout.segments[0]!)
    for (const { text, spans } of segments) assert.deepEqual(spans, renderFreeText(readFreeText(text, format), format).spans, JSON.stringify(text))
    const kinds = segments.flatMap(({ spans }) => spans.map(({ kind }) => kind))
    for (const kind of ['think', 'step', 'answer'] as const) assert.ok(kinds.filter((one) => one === kind).length > 50, kind)
  })

  it('says why a training failed, and that nobody here can resume it', async () => {
    assert.match((await run('failing').ended).err, /RuntimeError/)
    const { state } = readWholeRun(directory)
    assert.deepEqual([state.status, state.error?.message], ['failed', 'RuntimeError: no more \ufffd'])
    assert.throws(() => requireOwnRun(directory), (error: LabError) => error.code === 'usage/recorded-run' && /was recorded by rollout_lab\.live; it was not started here/.test(error.message))
    assert.equal(existsSync(place.at('run', 'run.lock')), false)
  })
})
