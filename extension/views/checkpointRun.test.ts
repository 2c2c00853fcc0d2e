import assert from 'node:assert/strict'
import type { Queries } from '../contracts/queries.ts'
import { engineOf, runOf } from './checkpointRun.ts'

/** One run, of another engine than the settings name. */
const queries = {
  ask: (_: string, { run }: { readonly run: string }) => (run === '/runs/a' ? Promise.resolve({ run: { engine: 'torch' } }) : Promise.reject(new Error('no such run')))
} as unknown as Queries

describe('the run of a checkpoint', () => {
  it('is the folder above its checkpoints, or that of its final model', () => {
    assert.deepEqual(['/runs/a/checkpoints/step-000001', '/runs/a/model'].map(runOf), ['/runs/a', '/runs/a'])
  })

  it('says which engine computes with it, whatever the settings say for new runs', async () => {
    assert.equal(await engineOf(queries, '/runs/a/checkpoints/step-000001', 'onnx'), 'torch')
    assert.equal(await engineOf(queries, '/runs/a/model', 'onnx'), 'torch')
  })

  it('is none of a model folder that lies elsewhere', async () => {
    assert.equal(await engineOf(queries, '/models/critic', 'onnx'), 'onnx')
  })
})
