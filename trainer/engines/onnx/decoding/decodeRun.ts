import { InferenceSession, Tensor } from 'onnxruntime-node'
import { decodeGraph, recent } from './decodeGraph.ts'
import { BlockPool, FrozenBuffers, lengthOf, slotMask } from './keyValueRows.ts'
import { keysOf, valuesOf } from './prefillGraph.ts'
import { samplingKind } from './samplingGraph.ts'
import { sessionOptions } from '../graph/sessionOptions.ts'
import { uniformDraw } from './uniformDraws.ts'
import type { SamplingParameters } from '../../engine.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { ModelTensors } from '../model/modelTensors.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { KeyValueBlock, KeyValueSegment } from './keyValueRows.ts'
import type { SampledToken } from './sampledRow.ts'
import type { SamplingKind } from './samplingGraph.ts'

/** What a run reads of a row. */
export interface DecodeRow {
  readonly key: number
  readonly made: number
  readonly remaining: number
  readonly lastToken: number
  readonly lastPosition: number
  readonly keyValues: readonly KeyValueSegment[]
}

/** What a run made of a row: its tokens (what stands behind the row's own end is noise), and their keys and values. */
export interface DecodedRow {
  readonly tokens: readonly SampledToken[]
  readonly keyValues: KeyValueSegment
}

type Feeds = Record<string, Tensor>
const integers = (values: readonly number[], dims: readonly number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), dims)
const floats = (data: Float32Array, dims: readonly number[]): Tensor => new Tensor('float32', data, dims)

/** Runs chunks of decoding, with one session per kind of sampling. */
export class DecodeRunner {
  private readonly config: ModelConfig
  private readonly layout: ParameterLayout
  private readonly threads: number
  private readonly frozen: FrozenBuffers
  private readonly blocks: BlockPool
  private readonly sessions = new Map<SamplingKind, InferenceSession>()

  constructor(config: ModelConfig, layout: ParameterLayout, threads: number) {
    this.config = config
    this.layout = layout
    this.threads = threads
    this.frozen = new FrozenBuffers(config)
    this.blocks = new BlockPool(config)
  }

  /** At most `chunk` tokens for every row, in the order of the rows. */
  async run(model: ModelTensors, parameters: SamplingParameters, rows: readonly DecodeRow[], chunk: number): Promise<DecodedRow[]> {
    const session = await this.session(samplingKind(parameters))
    const steps = Math.min(chunk, Math.max(...rows.map((row) => row.remaining)))
    const made = this.blocks.lend(rows.length, steps)
    const feeds: Feeds = {
      ...model.parameters, ...this.tables(model), ...samplingFeeds(this.config, parameters), ...rowFeeds(rows, steps), ...this.frozenFeeds(rows)
    }
    const outputs = await session.run(only(session.inputNames, feeds), this.fetches(rows.length, steps, made))
    return decodedRows(rows.length, made, outputs)
  }

  /** Says which rows still need the keys and values of earlier runs; those of others are written over. */
  keepOnly(rows: readonly Pick<DecodeRow, 'keyValues'>[]): void {
    this.blocks.keepOnly(new Set(rows.flatMap(({ keyValues }) => keyValues.map(({ block }) => block))))
  }

  private async session(kind: SamplingKind): Promise<InferenceSession> {
    const known = this.sessions.get(kind)
    if (known) return known
    const session = await InferenceSession.create(decodeGraph(this.config, this.layout, kind).encode(), decodeOptions(this.threads))
    this.sessions.set(kind, session)
    return session
  }

  private tables({ cos, sin, positions }: ModelTensors): Feeds {
    const dims = [positions, this.config.headSize / 2]
    return { cos: floats(cos, dims), sin: floats(sin, dims) }
  }

  private frozenFeeds(rows: readonly DecodeRow[]): Feeds {
    const { keyValueHeads, headSize } = this.config
    const sequences = rows.map((row) => row.keyValues)
    const slots = Math.max(...sequences.map(lengthOf))
    const dims = [rows.length, keyValueHeads, 1, slots, headSize]
    const tensors = this.frozen.fill(sequences, slots).map((tensor, i) => [keyValueName(i), floats(tensor, dims)] as const)
    return { ...Object.fromEntries(tensors), mask: floats(slotMask(sequences, slots), [rows.length, 1, 1, slots, 1]) }
  }

  /** Keys and values are written where they stay; onnxruntime would copy them once more otherwise. */
  private fetches(rows: number, steps: number, made: KeyValueBlock): Record<string, Tensor | null> {
    const dims = [rows, this.config.keyValueHeads, 1, steps, this.config.headSize]
    return Object.fromEntries([
      ...OUTPUTS.map((name) => [name, null] as const),
      ...made.tensors.map((tensor, i) => [recent(keyValueName(i)), floats(tensor, dims)] as const)
    ])
  }

  async close(): Promise<void> {
    for (const session of this.sessions.values()) await session.release()
    this.sessions.clear()
  }
}

/**
 * The optimizers left out would turn weight · xᵀ, transposed, back into x · weightᵀ, which re-packs the weight. A step of
 * decoding is hundreds of operators of microseconds each: threads that sleep between them cost a third of the speed, so here
 * they spin, and stop at the end of each chunk.
 */
function decodeOptions(threads: number): InferenceSession.SessionOptions {
  const options = sessionOptions(threads)
  const optimization = { disable_specified_optimizers: 'GemmTransposeFusion;MatmulTransposeFusion' }
  return { ...options, extra: { session: { force_spinning_stop: '1' }, optimization } }
}

const OUTPUTS = ['sampled', 'logprobs', 'samplingLogprobs', 'entropies'] as const

/** Of tensor i of a block: keys and values take turns. */
const keyValueName = (i: number): string => (i % 2 === 0 ? keysOf : valuesOf)(Math.floor(i / 2))

/** A graph has only the inputs its kind of sampling reads. */
const only = (names: readonly string[], feeds: Feeds): Feeds => Object.fromEntries(names.map((name) => [name, feeds[name]!]))

function samplingFeeds({ vocabularySize }: ModelConfig, { temperature, topK, topP, minP }: SamplingParameters): Feeds {
  const scalar = (x: number): Tensor => floats(Float32Array.of(x), [])
  return {
    inverseTemperature: scalar(temperature > 0 ? 1 / temperature : 1),
    topK: integers([topK > 0 ? Math.min(topK, vocabularySize) : vocabularySize], [1]),
    topP: scalar(topP), minP: scalar(minP)
  }
}

function rowFeeds(rows: readonly DecodeRow[], steps: number): Feeds {
  const uniforms = new Float32Array(steps * rows.length)
  rows.forEach((row, r) => {
    for (let step = 0; step < steps; step++) uniforms[step * rows.length + r] = uniformDraw(row.key, row.made + step)
  })
  return {
    tokens: integers(rows.map((row) => row.lastToken), [rows.length]),
    positions: integers(rows.map((row) => row.lastPosition), [rows.length, 1]),
    limits: integers(rows.map((row) => row.remaining), [rows.length]),
    uniforms: floats(uniforms, [steps, rows.length, 1]),
    steps: integers([steps], [])
  }
}

function decodedRows(rows: number, made: KeyValueBlock, outputs: InferenceSession.OnnxValueMapType): DecodedRow[] {
  const [sampled, logprobs, samplingLogprobs, entropies] = OUTPUTS.map((name) => outputs[name]! as Tensor)
  const tokens = sampled!.data as BigInt64Array
  const [logp, samplingLogp, entropy] = [logprobs!, samplingLogprobs!, entropies!].map((tensor) => tensor.data as Float32Array)
  const steps = tokens.length / rows
  return Array.from({ length: rows }, (_, row) => ({
    keyValues: { block: made, row, length: steps },
    tokens: Array.from({ length: steps }, (__, step): SampledToken => {
      const at = step * rows + row
      return { token: Number(tokens[at]), logprob: logp![at]!, samplingLogprob: samplingLogp![at]!, entropy: entropy![at]! }
    })
  }))
}
