import assert from 'node:assert/strict'
import { checkSample, PlaygroundError, sampleArguments } from './sampleRequest.ts'

const request = { prompt: '1 + 1', count: 2, maxTokens: 8, temperature: 0.5, topP: 1, topK: 0, seed: 3 }

describe('sample requests of a page', () => {
  it('become arguments in which the prompt stays a prompt', () => {
    const args = sampleArguments('/c', { ...request, prompt: '--engine torch' }, { engine: 'onnx', threads: 2 })
    assert.deepEqual(args, [
      'sample', '/c', '--json', '--partial', '--prompt=--engine torch', '--n', '2', '--max-tokens', '8', '--temperature', '0.5', '--top-p', '1', '--top-k', '0',
      '--seed', '3', '--engine', 'onnx', '--threads', '2'
    ])
  })

  it('are refused where a page should not have sent them', () => {
    assert.doesNotThrow(() => checkSample(request))
    const wrong = [{ prompt: '' }, { prompt: 'x'.repeat(30_001) }, { count: 0 }, { count: 1.5 }, { maxTokens: NaN }, { temperature: Infinity }, { topP: 2 }, { topK: -1 }, { seed: -1 }]
    for (const part of wrong) assert.throws(() => checkSample({ ...request, ...part }), (error) => error instanceof PlaygroundError && error.remedy !== '', JSON.stringify(part))
  })
})
