import assert from 'node:assert/strict'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import { labelTrainingFile } from './labelTrainingFile.ts'

describe('run files that train on labels', () => {
  const parent = RunFile.parse({
    name: 'parent', model: './model', environment: { name: 'jsonl', options: { path: 'data/problems.jsonl' } }, sampling: { maxTokens: 40 }, evaluation: { problems: 7 }
  })
  const file = RunFile.parse(JSON.parse(labelTrainingFile({
    name: 'parent-cft', recipe: 'cft', kind: 'critiques', run: parent, runFolder: '/w/runs-of-old', folder: '/w', model: '/w/.rollout-lab/runs/a/checkpoints/step-000004',
    rows: '/w/.rollout-lab/datasets/a/critiques.jsonl', manifest: '/w/.rollout-lab/datasets/a/manifest.json', parent: { run: 'a', checkpoint: 'step-000004' }
  })))

  it('name rows, weights and where they came from, relative to themselves', () => {
    assert.deepEqual(file.data, { file: '.rollout-lab/datasets/a/critiques.jsonl', kind: 'critiques', batchSize: 16, epochs: 6, chat: false })
    assert.equal(file.model, '.rollout-lab/runs/a/checkpoints/step-000004')
    assert.deepEqual(file.parent, { run: 'a', checkpoint: 'step-000004', manifest: '.rollout-lab/datasets/a/manifest.json' })
  })

  it('keep the problems and the evaluation of the parent, so that both can be compared', () => {
    assert.deepEqual(file.environment, { ...parent.environment, options: { path: 'runs-of-old/data/problems.jsonl' } })
    assert.deepEqual(file.evaluation, parent.evaluation)
    assert.equal(file.sampling.maxTokens, 40)
    assert.equal(file.recipe, 'cft')
  })
})
