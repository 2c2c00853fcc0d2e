import assert from 'node:assert/strict'
import { parse } from 'jsonc-parser'
import { resolveRun, withRecipe } from '../../trainer/recipes/resolveRun.ts'
import { withTorchDefaults } from '../../trainer/recipes/torchDefaults.ts'
import type { ResolvedRun } from '../../trainer/protocol/runFile.ts'
import { finishedStages, forkedRunFile } from './forking.ts'
import { overridesOf } from './overrides.ts'

const CHECKPOINT = '/w/.rollout-lab/runs/r/checkpoints/step-000100'
const TEXT = `{
  "name": "one", // kept
  "recipe": "grpo",
  "model": "models/m",
  "environment": { "name": "jsonl", "options": { "path": "p.jsonl" } },
  "steps": 120
}
`
/** A run of this file as it is recorded, started with these settings besides. */
function recorded(text: string, settings: object = {}): ResolvedRun {
  const value = parse(text) as Record<string, unknown>
  const run = withTorchDefaults(resolveRun(value, settings), withRecipe({ ...value, ...settings }))
  return { ...run, model: '/w/models/m', ...(run.environment?.name === 'jsonl' && { environment: { ...run.environment, options: { path: '/w/p.jsonl' } } }) }
}
const forked = (text: string, run = recorded(text), stageIndex = 0, folder = '/w'): string =>
  forkedRunFile({ text, folder: '/w', run }, { name: 'one-fork', checkpoint: CHECKPOINT, saved: { stageIndex }, folder })

describe('a fork of a run', () => {
  it('starts from the checkpoint, and is else as its file where nothing else was said', () => {
    assert.equal(forked(TEXT), TEXT.replace('"one"', '"one-fork"').replace('models/m', '.rollout-lab/runs/r/checkpoints/step-000100'))
  })

  it('is started as the run was: engine, seed, threads, device and every other setting', () => {
    const run = recorded(TEXT, { engine: 'torch', seed: 3, threads: 2, steps: 60, torch: { device: 'cuda:1' }, optimizer: { learningRate: 1e-3 } })
    const file = forked(TEXT, run)
    const { engine, seed, threads, steps, torch, optimizer, environment, microBatchTokens } = parse(file)
    assert.deepEqual([engine, seed, threads, steps, torch, optimizer], ['torch', 3, 2, 60, { device: 'cuda:1' }, { learningRate: 1e-3 }])
    assert.deepEqual([environment.options.path, microBatchTokens], ['p.jsonl', undefined])
    assert.match(file, /\/\/ kept/)
    assert.deepEqual(overridesOf(run, { value: { ...parse(file) }, folder: '/w' }), [])
  })

  it('is of the embedded engine where that was chosen in place of the file’s', () => {
    const text = TEXT.replace('"steps"', '"engine": "torch", "steps"')
    const { torch: _, ...run } = recorded(text, { engine: 'onnx' })
    assert.equal(parse(forked(text, run)).engine, 'onnx')
  })

  it('has another algorithm, environment or list as a whole', () => {
    const run = recorded(TEXT, { algorithm: { name: 'rloo' }, rewards: [{ name: 'format' }], environment: { name: 'countdown' } })
    const { algorithm, rewards, environment } = parse(forked(TEXT, run))
    assert.deepEqual([algorithm.name, rewards.length, rewards[0].name], ['rloo', 1, 'format'])
    assert.deepEqual(environment, { name: 'countdown', options: {}, weight: 1 })
  })

  it('holds the whole run where its file cannot be resolved here', () => {
    const run = recorded(TEXT)
    const { groupSize, environment } = parse(forked(TEXT.replace('grpo', 'recipe-of-another-version'), run))
    assert.deepEqual([groupSize, environment.options.path], [run.groupSize, '/w/p.jsonl'])
  })

  it('goes on from the stage that the checkpoint is of, without the finished ones', () => {
    const text = TEXT.replace('"steps": 120', '"stages": [\n    // at first\n    { "name": "sft", "algorithm": { "name": "sft" } },\n    { "name": "rl" } // then\n  ]')
    const [before, during, after] = [0, 1, 2].map((stageIndex) => parse(forked(text, recorded(text), stageIndex)).stages.map(({ name }: { name: string }) => name))
    assert.deepEqual([before, during, after], [['sft', 'rl'], ['rl'], ['rl']])
    assert.match(forked(text, recorded(text), 1), /"name": "rl"\n {4}\} \/\/ then/)
    assert.deepEqual(finishedStages(recorded(text), { stageIndex: 1 }), ['sft'])
  })

  it('writes down the stages that are left of a recipe', () => {
    const text = TEXT.replace('grpo', 'sft-then-grpo')
    const run = recorded(text)
    assert.equal(parse(forked(text, run)).stages, undefined)
    assert.deepEqual(parse(forked(text, run, 1)).stages, JSON.parse(JSON.stringify(run.stages!.slice(1))))
  })
})
