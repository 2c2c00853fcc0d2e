import type { Engine, EngineInfo } from '../../engines/engine.ts'
import { broken, found } from './finding.ts'
import type { Finding } from './finding.ts'

const TINY = {
  architecture: 'Qwen3ForCausalLM', hiddenSize: 8, layers: 1, heads: 1, keyValueHeads: 1, headSize: 8, intermediateSize: 8,
  contextLength: 8, ropeTheta: 10000, tiedHead: true
} as const

const PROBE = { temperature: 1, topK: 0, topP: 1, minP: 0, maxTokens: 2, stop: [] } as const

/** Starts the embedded engine's process, builds a tiny model in it and samples a token: what a run does first. */
export async function checkEngine(open: () => Promise<Engine>): Promise<Finding> {
  const name = 'engine onnx (embedded)'
  try {
    const { device, versions } = await sampleTiny(open)
    const versionList = Object.entries(versions).map(([what, version]) => `${what} ${version}`).join(', ')
    return found(name, `runs on ${device}${versionList === '' ? '' : ` (${versionList})`}`, true)
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return broken(name, message, 'Install the packages again: npm ci', true)
  }
}

/** What a run does first: builds a model and samples a token. */
export async function sampleTiny(open: () => Promise<Engine>): Promise<EngineInfo> {
  const engine = await open()
  try {
    await engine.loadModel({ kind: 'new', model: TINY, vocabulary: ['<eos>', 'a', 'b'], seed: 1 })
    await engine.sample([{ tokens: [1], seeds: [1] }], PROBE)
    return await engine.info()
  } finally {
    await engine.close()
  }
}
