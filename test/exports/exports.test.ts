import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { trlWithPrmFolder } from '../../scripts/python.mjs'
import { readRows } from '../../trainer/datasets/rowsFile.ts'
import { exportLabels } from '../../trainer/labels/exports/exportLabels.ts'
import type { ExportRequest } from '../../trainer/labels/exports/exportLabels.ts'
import { makeRun, writeLabels } from '../../trainer/labels/exports/run.fixture.ts'
import { EXPORT_KINDS } from '../../trainer/labels/formats/rowFiles.ts'
import { better, critique, firstError, label, prefers, trace, turnsTrace, verdict } from '../../trainer/labels/rows/rows.fixture.ts'
import type { RowRollout } from '../../trainer/labels/rows/rowRollout.ts'
import { RowKind } from '../../trainer/protocol/labelRows.ts'

const script = fileURLToPath(new URL('./train_on_exports.py', import.meta.url))
const model = fileURLToPath(new URL('../../samples/models/arithmetic-chain', import.meta.url))
/** A Python with PyTorch and TRL, as the test script found it. */
const python = process.env['ROLLOUT_LAB_PYTHON']

interface LoadedKind {
  readonly rows: number
  readonly features: Readonly<Record<string, string>>
  readonly first: Readonly<Record<string, unknown>>
}
interface TrainedKind<B> {
  readonly loss: number
  /** Largest change of a weight. */
  readonly moved: number
  readonly batch: B
}

/** Right and wrong traces of two problems, in the words of the sample model. */
const RIGHT = ['21 - 3 = 18', '18 + 4 = 22']
const WRONG = ['21 - 3 = 17', '17 + 4 = 21']
const pairs = Array.from({ length: 6 }, (_, i) => ({
  right: prompted(trace(`r${i}`, RIGHT, '22'), i), wrong: prompted(trace(`w${i}`, WRONG, '21'), i)
}))

function prompted<R extends ReturnType<typeof trace>>(rollout: R, i: number): R {
  return { ...rollout, segments: [{ ...rollout.segments[0]!, samplePrompt: { text: `21 - 3 + ${i + 1} :` } }] }
}

/** Asked through a chat template. */
const asChat = (rollout: RowRollout): RowRollout =>
  ({ ...rollout, segments: rollout.segments.map((segment) => ({ ...segment, samplePrompt: { text: '<user>Q', messages: [{ role: 'user' as const, content: 'Q' }] } })) })

/** Right-to-left script, joined emoji, combining accents, controls, half a surrogate pair. */
const STRANGE = trace('strange', ['שלום עולם', '👩‍👧 e\u0301 \u0000\u2028\t"', 'a\ud83d'])

type LabelledRun = Pick<ExportRequest, 'runDirectory' | 'labelsFolder'>

async function labelPairs({ runDirectory, labelsFolder }: LabelledRun): Promise<void> {
  await makeRun(runDirectory, pairs.flatMap(({ right, wrong }) => [right, wrong]))
  writeLabels(labelsFolder, pairs.flatMap(({ right, wrong }) => [
    label(right, verdict(true)), label(right, firstError(null)), label(wrong, firstError(0)), label(wrong, critique('21 - 3 = 18')), label(right, prefers('this', wrong, 'answer 22'))
  ]))
}

/** Folder of the exported files. */
async function exported(run: LabelledRun, out: string, format: ExportRequest['format']): Promise<string> {
  const { folder } = await exportLabels({ ...run, out, kinds: EXPORT_KINDS, format, options: { includeModelSources: false }, now: new Date(Date.UTC(2030, 0, 1)) })
  return folder
}

describe('exported labels', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lab-exports-'))
  const run: LabelledRun = { runDirectory: join(folder, 'runs', 'run'), labelsFolder: join(folder, 'labels', 'run') }
  before(() => labelPairs(run))
  after(() => rmSync(folder, { recursive: true }))

  it('are what training stages read, from JSON Lines and from Parquet alike', async () => {
    const [lines, parquet] = [await exported(run, join(folder, 'lines'), 'jsonl'), await exported(run, join(folder, 'parquet'), 'parquet')]
    const counts = { critiques: 6, solutions: 6, steps: 12, preferences: 6 }
    for (const kind of RowKind.options) {
      const { rows } = await readRows(join(lines, `${kind}.jsonl`), kind)
      assert.equal(rows.length, counts[kind], kind)
      assert.deepEqual((await readRows(join(parquet, `${kind}.parquet`), kind)).rows, rows)
    }
  })

  it('tell training stages where a tool answered, which sides go on, and which prompts a template made', async () => {
    const turns: LabelledRun = { runDirectory: join(folder, 'runs', 'turns'), labelsFolder: join(folder, 'labels', 'turns') }
    const [good, bad, stepped] = [asChat(turnsTrace('r1', ['a', 'b'], ['failed'])), asChat(turnsTrace('r2', ['a', 'c', 'd'], ['failed', 'failed'])), trace('r3', RIGHT)]
    await makeRun(turns.runDirectory, [good, bad, stepped], true)
    writeLabels(turns.labelsFolder, [label(good, verdict(true)), label(good, prefers('this', bad)), label(stepped, better('step', '1 = 1'), { step: 1 })])
    for (const format of ['jsonl', 'parquet'] as const) {
      const out = await exported(turns, join(folder, `turns-${format}`), format)
      const { rows: [solution] } = await readRows(join(out, `solutions.${format}`), 'solutions')
      const { rows: preferences } = await readRows(join(out, `preferences.${format}`), 'preferences')
      assert.deepEqual([solution!.row.tool, solution!.row.rendered], [[{ from: 2, to: 8 }], true])
      const told = preferences.map(({ row: { rendered, chosenTool, rejectedTool, continues } }) => [rendered, chosenTool, rejectedTool, continues])
      assert.deepEqual(told, [[true, [{ from: 2, to: 8 }], [{ from: 2, to: 8 }, { from: 11, to: 17 }], undefined], [undefined, undefined, undefined, true]])
    }
  })
})

const describeWithPython = python === undefined ? describe.skip : describe

describeWithPython('exported labels (Python)', function () {
  this.timeout(180_000)
  const folder = mkdtempSync(join(tmpdir(), 'lab-exports-'))
  after(() => rmSync(folder, { recursive: true }))
  const run: LabelledRun = { runDirectory: join(folder, 'runs', 'run'), labelsFolder: join(folder, 'labels', 'run') }

  /** Answers to the requests, made by one Python: importing PyTorch takes longer than what it is asked for. */
  function ask(requests: readonly { readonly command: string; readonly folder: string }[], more: object = {}): readonly unknown[] {
    const order = JSON.stringify({ requests, cache: join(folder, 'cache'), model, output: join(folder, 'trained'), ...more })
    const { stdout, stderr } = spawnSync(python!, [script, order], { encoding: 'utf8' })
    const answers = [...stdout.matchAll(/^answer (.*)$/gm)].map(([, answer]) => JSON.parse(answer!) as { readonly error?: string })
    const error = answers.find((answer) => answer.error !== undefined)?.error ?? (answers.length < requests.length ? stderr.slice(-4000) : undefined)
    if (error !== undefined) throw new Error(`${error}\nnpm run setup:python installs what this needs.`)
    return answers
  }

  let lines: Record<string, LoadedKind> = {}
  let parquet: Record<string, LoadedKind> = {}
  let strangeRows: Record<string, LoadedKind> = {}
  let trained: Record<string, TrainedKind<readonly string[]>> = {}

  before(async () => {
    await labelPairs(run)
    const [asLines, asParquet] = [await exported(run, join(folder, 'lines'), 'jsonl'), await exported(run, join(folder, 'parquet'), 'parquet')]
    const strangeRun = { runDirectory: join(folder, 'runs', 'strange'), labelsFolder: join(folder, 'labels', 'strange') }
    await makeRun(strangeRun.runDirectory, [STRANGE])
    writeLabels(strangeRun.labelsFolder, [label(STRANGE, verdict(true))])
    const strange = await exported(strangeRun, join(folder, 'strange'), 'jsonl')
    const answers = ask([{ command: 'load', folder: asLines }, { command: 'load', folder: asParquet }, { command: 'train', folder: asLines }, { command: 'load', folder: strange }])
    lines = answers[0] as typeof lines
    parquet = answers[1] as typeof parquet
    trained = answers[2] as typeof trained
    strangeRows = answers[3] as typeof strangeRows
  })

  it('load in datasets by name, the same from JSON Lines and Parquet', () => {
    // PRM800K is JSON Lines in both, which one folder of Parquet cannot hold by name.
    const { prm800k, ...rows } = lines
    assert.deepEqual(parquet, rows)
    assert.equal(prm800k?.rows, 12)
    assert.deepEqual(Object.fromEntries(Object.entries(rows).map(([kind, { rows: count }]) => [kind, count])), { critiques: 6, solutions: 6, steps: 12, preferences: 6 })
    assert.deepEqual(lines['steps']!.features, { prompt: "Value('string')", completions: "List(Value('string'))", labels: "List(Value('bool'))", sources: "List(Value('string'))" })
    assert.deepEqual(lines['preferences']!.first, { prompt: '21 - 3 + 1 : ', rendered: null, chosen: `${RIGHT.join(' ; ')} answer 22`, rejected: `${WRONG.join(' ; ')} answer 21`, rationale: 'answer 22', continues: null, chosenTool: null, rejectedTool: null, sources: ['human'] })
  })

  it('keep text of every script, with lone surrogates replaced', () => {
    assert.equal(strangeRows['solutions']!.first['completion'], Buffer.from(STRANGE.segments[0]!.text, 'utf8').toString('utf8'))
  })

  it('train one step in TRL’s SFTTrainer and DPOTrainer, as the words that were sampled', () => {
    assert.deepEqual(Object.keys(trained), ['solutions', 'critiques', 'preferences'])
    for (const [kind, { loss, moved }] of Object.entries(trained)) assert.ok(Number.isFinite(loss) && moved > 0, `${kind}: loss ${loss}, moved ${moved}`)
    // The two sides of a pair are alike to a model that equals its reference.
    assert.ok(Math.abs(trained['preferences']!.loss - Math.LN2) < 1e-4, `${trained['preferences']!.loss}`)
    assert.match(trained['solutions']!.batch[0]!, /^21 - 3 \+ \d : 21 - 3 = 18 ; 18 \+ 4 = 22 answer 22 <eos>/)
  })

  it('train one step in TRL’s PRMTrainer, a label at the end of each step', async () => {
    const [answer] = ask([{ command: 'prm', folder: await exported(run, join(folder, 'prm'), 'parquet') }], { trl: trlWithPrmFolder })
    const { steps } = answer as Record<string, TrainedKind<{ readonly rightSteps: number; readonly wrongSteps: number }>>
    assert.ok(steps!.moved > 0 && steps!.loss > 0)
    // A right trace has two right steps, a wrong one ends with its first, and a batch has four traces.
    const { rightSteps, wrongSteps } = steps!.batch
    assert.equal(rightSteps / 2 + wrongSteps, 4)
  })
})
