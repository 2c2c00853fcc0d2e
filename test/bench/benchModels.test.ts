import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createOnnxEngine } from '../../trainer/engines/onnx/onnxEngine.ts'
import { SMALL, writeBenchModel } from './benchModels.ts'
import { decodingPrompts } from './workload.ts'

describe('bench: models', () => {
  it('never draw the end of text, and draw everything else about equally often', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-bench-'))
    const engine = createOnnxEngine({ threads: 1, microBatchTokens: 2048 })
    try {
      await writeBenchModel(SMALL, folder)
      await engine.loadModel({ kind: 'folder', folder })
      const completions = await engine.sample(decodingPrompts(SMALL, 16, 4), { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 32, stop: [] })
      assert.deepEqual(new Set(completions.map(({ tokens }) => tokens.length)), new Set([32]))
      const entropies = completions.flatMap(({ entropies_T }) => entropies_T)
      const mean = entropies.reduce((a, b) => a + b, 0) / entropies.length
      // ln 127 = 4.84 for the uniform distribution over all words but one.
      assert.ok(mean > 4 && mean <= Math.log(127) + 1e-3, `mean entropy ${mean}`)
    } finally {
      await engine.close()
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
