import { InferenceSession, Tensor } from 'onnxruntime-node'
import { causalMask } from '../model/decoderGraph.ts'
import { newBlock } from './keyValueRows.ts'
import { keysOf, prefillGraph, valuesOf } from './prefillGraph.ts'
import { sessionOptions } from '../graph/sessionOptions.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { KeyValueBlock, KeyValueSegment } from './keyValueRows.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { ModelTensors } from '../model/modelTensors.ts'

/** Tokens of one run: enough to fill the matrix products, few enough to stay small in memory. */
const BATCH_TOKENS = 2048

/** Computes keys and values of whole prompts, several in one run. */
export class PromptPrefill {
  private readonly config: ModelConfig
  private readonly layout: ParameterLayout
  private readonly threads: number
  private session: InferenceSession | undefined

  constructor(config: ModelConfig, layout: ParameterLayout, threads: number) {
    this.config = config
    this.layout = layout
    this.threads = threads
  }

  /**
   * Keys and values of every prompt's tokens but the last, which decoding begins with, in the order of the prompts. `pause`
   * runs between runs; when it returns false the rest is left out.
   */
  async run(model: ModelTensors, prompts: readonly (readonly number[])[], pause: () => Promise<boolean>): Promise<KeyValueSegment[][]> {
    const results: KeyValueSegment[][] = prompts.map(() => [])
    for (const batch of batches(prompts)) {
      const length = Math.max(...batch.map((i) => prompts[i]!.length)) - 1
      const block = await this.block(model, batch.map((i) => prompts[i]!), length)
      batch.forEach((i, row) => results[i]!.push({ block, row, length: prompts[i]!.length - 1 }))
      if (!await pause()) break
    }
    return results
  }

  private async block(model: ModelTensors, prompts: readonly (readonly number[])[], length: number): Promise<KeyValueBlock> {
    const { config } = this
    this.session ??= await InferenceSession.create(prefillGraph(config, this.layout).encode(), sessionOptions(this.threads))
    const tokens = new BigInt64Array(prompts.length * length)
    prompts.forEach((prompt, row) => {
      for (let t = 0; t + 1 < prompt.length; t++) tokens[row * length + t] = BigInt(prompt[t]!)
    })
    const half = config.headSize / 2
    const table = (angles: Float32Array): Tensor => new Tensor('float32', angles.subarray(0, length * half), [length, half])
    const block = newBlock(config, prompts.length, length)
    const dims = [prompts.length, config.keyValueHeads, length, config.headSize]
    const names = Array.from({ length: config.layers }, (_, l) => [keysOf(l), valuesOf(l)]).flat()
    await this.session.run({
      ...model.parameters, cos: table(model.cos), sin: table(model.sin),
      tokens: new Tensor('int64', tokens, [prompts.length, length]), causalMask: new Tensor('float32', causalMask(length), [length, length])
    }, Object.fromEntries(names.map((name, i) => [name, new Tensor('float32', block.tensors[i]!, dims)])))
    return block
  }

  async close(): Promise<void> {
    await this.session?.release()
    this.session = undefined
  }
}

/** Indices of prompts to run together: of like length, padded to at most BATCH_TOKENS. Prompts of one token need no run. */
function batches(prompts: readonly (readonly number[])[]): number[][] {
  const length = (i: number): number => prompts[i]!.length
  const byLength = prompts.map((_, i) => i).filter((i) => length(i) > 1).sort((a, b) => length(a) - length(b) || a - b)
  const result: number[][] = []
  for (const i of byLength) {
    const batch = result.at(-1)
    if (batch && (batch.length + 1) * (length(i) - 1) <= BATCH_TOKENS) batch.push(i)
    else result.push([i])
  }
  return result
}
