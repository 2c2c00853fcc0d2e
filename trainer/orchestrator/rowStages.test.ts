import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TrainSequence } from '../engines/engine.ts'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import type { Summary } from '../protocol/summary.ts'
import { readMetrics } from '../stores/metricsStore.ts'
import { runTrainer } from './runTrainer.ts'
import { critiques, preferences, rowFiles, solutions, steps } from './rowFiles.fixture.ts'
import { testRun } from './run.fixture.ts'
import type { TestRun } from './run.fixture.ts'

interface Watched {
  readonly summary: Summary
  readonly run: TestRun
  /** What the engine was trained on, a call each. */
  readonly trained: (readonly TrainSequence[])[]
  /** How often sequences were scored under a snapshot. */
  readonly scoredUnderReference: number
}

const stages = (algorithm: NonNullable<RunFileInput['algorithm']>): RunFileInput['stages'] => [{ name: 'rows', algorithm }]

async function runOn(file: Partial<RunFileInput>): Promise<Watched> {
  const run = await testRun({ steps: 30, evaluation: { problems: 8, samples: 4, k: [1] }, ...file })
  const trained: (readonly TrainSequence[])[] = []
  let scoredUnderReference = 0
  const startEngine = async (): Promise<ReturnType<typeof createFakeEngine>> => {
    const engine = createFakeEngine()
    return {
      ...engine,
      forwardBackward: (data, ...others) => {
        trained.push(data)
        return engine.forwardBackward(data, ...others)
      },
      logprobs: (sequences, snapshot, signal) => {
        if (snapshot !== undefined) scoredUnderReference += sequences.length
        return engine.logprobs(sequences, snapshot, signal)
      }
    }
  }
  const { parts, directory } = await run.open({ parts: { startEngine } })
  const summary = await runTrainer(parts)
  directory.close()
  return { summary, run, trained, scoredUnderReference }
}

describe('stages on rows', () => {
  const write = rowFiles()

  it('learn solutions, and are measured before and after', async () => {
    const file = write('solutions.jsonl', solutions)
    const { summary, run } = await runOn({ data: { file, kind: 'solutions', batchSize: 8 }, stages: stages({ name: 'sft' }) })
    const { before, after } = summary.heldOut
    assert.ok(before && after && after.passAt1.value > before.passAt1.value + 0.3, JSON.stringify(summary.heldOut))
    const evaluated = run.events.filter(({ type }) => type === 'evaluation').map(({ step }) => step)
    assert.deepEqual(evaluated, [0, 30])
    run.remove()
  })

  it('take every row once a pass, in an order of each pass, for as many passes as asked', async () => {
    const file = write('passes.jsonl', solutions)
    const { trained, run } = await runOn({ data: { file, kind: 'solutions', batchSize: 3, epochs: 3 }, stages: stages({ name: 'sft' }) })
    const seen = trained.flat().map(({ prompt, completion }) => JSON.stringify([prompt, completion]))
    assert.equal(seen.length, 24)
    const passes = [0, 1, 2].map((pass) => seen.slice(8 * pass, 8 * pass + 8))
    for (const pass of passes) assert.equal(new Set(pass).size, 8)
    assert.notDeepEqual(passes[0], passes[1])
    assert.ok(trained.flat().every(({ completion }) => completion.at(-1) === 0))
    run.remove()
  })

  it('ask for critiques in the environment’s words', async () => {
    const file = write('critiques.jsonl', critiques)
    const { trained, run } = await runOn({ data: { file, kind: 'critiques', epochs: 1 }, stages: stages({ name: 'sft' }) })
    const engine = createFakeEngine()
    await engine.loadModel({ kind: 'new', model: { contextLength: 32 } as never, vocabulary: ['<eos>', 'say', 'a', 'b', 'c', 'd', 'n0', 'n1', 'n2', 'n3'], seed: 1 })
    const [expected] = await engine.encode(['a n3 say b'])
    assert.ok(trained.flat().some(({ prompt, completion }) => prompt.join() === expected!.join() && completion.length === 2))
    run.remove()
  })

  it('learn preferences against what they started from, scored once', async () => {
    const file = write('preferences.jsonl', preferences)
    const { summary, trained, scoredUnderReference, run } = await runOn({
      data: { file, kind: 'preferences', batchSize: 4 }, stages: stages({ name: 'dpo', beta: 0.5, chosenWeight: 0.5, rationaleWeight: 1 })
    })
    assert.ok(summary.gain!.value > 0.2)
    const metrics = readMetrics(join(run.folder, 'metrics.jsonl')).map(({ values }) => values)
    assert.ok(metrics.at(-1)!['preferences/accuracy'] === 1 && metrics.at(-1)!['preferences/margin']! > metrics[0]!['preferences/margin']!)
    assert.equal(scoredUnderReference, 2 * preferences.length)
    const [first] = trained
    assert.equal(first!.filter(({ pair }) => pair?.side === 'chosen').length, 4)
    assert.equal(first!.filter(({ pair }) => pair === undefined).length, 4)
    assert.ok(first!.filter(({ pair }) => pair).every(({ referenceLogprobs_T, completion }) => referenceLogprobs_T?.length === completion.length))
    run.remove()
  })

  it('train a step reward head that is saved with the model', async () => {
    const file = write('steps.jsonl', steps)
    const { run, summary } = await runOn({ data: { file, kind: 'steps', epochs: 20 }, stages: stages({ name: 'prm' }) })
    const engine = createFakeEngine()
    await engine.load(join(run.folder, 'model'), { optimizer: false })
    const [prompt, right, wrong] = await engine.encode(['n2 say a', 'a', 'c'])
    const [good, bad] = await engine.headValues([{ prompt: prompt!, completion: right! }, { prompt: prompt!, completion: wrong! }])
    assert.ok(good![0]! > 1 && bad![0]! < -1, `${good} ${bad}`)
    const { before, after } = summary.heldOut
    assert.deepEqual(after?.passAt1, before?.passAt1)
    assert.ok(before && !before.rerank && after?.rerank && summary.gain === undefined)
    const { directory } = await run.open()
    const rows = (await directory.rollouts.readStep({ kind: 'evaluation', step: 20 }))!
    directory.close()
    assert.ok(rows.every(({ id, group, step, tags }) => id.startsWith('e000020.1-') && group.startsWith('e000020-') && step === 20 && tags['when'] === 'after'))
    assert.ok(rows.every(({ reward, tags }) => reward.parts.some(({ name, weight }) => name === 'rerank' && weight === 0) === (tags['decoding'] === 'sampled')))
    run.remove()
  })

  it('leave out and count the rows that the model cannot read', async () => {
    const odd = [{ prompt: 'n2 say b', completion: 'banana' }, { prompt: 'n2 say b', completion: 'a '.repeat(40).trim() }, { prompt: '', completion: 'b' }]
    const file = write('odd.jsonl', [...solutions, ...odd])
    const { run, trained } = await runOn({ data: { file, kind: 'solutions', epochs: 1, batchSize: 1 }, stages: stages({ name: 'sft' }) })
    const warning = run.events.find((event) => event.type === 'warning' && event.code === 'dataset/rows-left-out')
    assert.ok(warning?.type === 'warning' && warning.message.includes('3 of 11 rows') && warning.message.includes('row 9') && warning.message.includes('banana'), JSON.stringify(warning))
    assert.ok(trained.flat().every(({ completion }) => completion.length === 2))
    run.remove()
  })

  it('refuse a file of which nothing can be read, and data of another kind', async () => {
    const odd = write('none.jsonl', [{ prompt: 'banana', completion: 'b' }])
    await assert.rejects(runOn({ data: { file: odd, kind: 'solutions' }, stages: stages({ name: 'sft' }) }), { code: 'dataset/no-rows' })
    const file = write('kinds.jsonl', solutions)
    await assert.rejects(runOn({ data: { file, kind: 'solutions' }, stages: stages({ name: 'dpo' }) }), { code: 'runFile/data' })
    await assert.rejects(runOn({ stages: stages({ name: 'prm' }) }), { code: 'runFile/data' })
  })

  it('record what they learned from in the run', async () => {
    const file = write('recorded.jsonl', solutions)
    const { run } = await runOn({ data: { file, kind: 'solutions', epochs: 1 }, stages: stages({ name: 'sft' }), parent: { run: 'earlier' } })
    const record = JSON.parse(readFileSync(join(run.folder, 'run.json'), 'utf8')) as { run: RunFileInput }
    assert.equal(record.run.data?.file, file)
    assert.equal(record.run.parent?.run, 'earlier')
    run.remove()
  })
})
