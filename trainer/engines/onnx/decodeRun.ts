import { InferenceSession, Tensor } from 'onnxruntime-node'
import { decodeGraph, inLane, recent } from './decodeGraph.ts'
import { FrozenBuffers, lengthOf, newBlock, slotMask } from './keyValueRows.ts'
import { keysOf, valuesOf } from './prefillGraph.ts'
import { samplingKind } from './samplingGraph.ts'
import { sessionOptions } from './sessionOptions.ts'
import { uniformDraw } from './uniformDraws.ts'
import type { SamplingParameters } from '../engine.ts'
import type { ModelConfig } from './modelConfig.ts'
import type { ModelTensors } from './modelTensors.ts'
import type { ParameterLayout } from './parameterLayout.ts'
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

/** What a run made of a row: up to the chunk's tokens (what stands behind the row's own end is noise), and their keys and values. */
export interface DecodedRow {
  readonly tokens: readonly SampledToken[]
  readonly keyValues: KeyValueSegment
}

interface Lane {
  readonly rows: readonly DecodeRow[]
  readonly steps: number
  readonly made: KeyValueBlock
}

type Feeds = Record<string, Tensor>
const integers = (values: readonly number[], dims: readonly number[]): Tensor => new Tensor('int64', BigInt64Array.from(values, BigInt), dims)
const floats = (data: Float32Array, dims: readonly number[]): Tensor => new Tensor('float32', data, dims)

/** Stands in a lane that has no rows. */
const IDLE: DecodeRow = { key: 0, made: 0, remaining: 1, lastToken: 0, lastPosition: 0, keyValues: [] }

/** Runs chunks of decoding: one session per kind of sampling, one lane per thread. */
export class DecodeRunner {
  private readonly config: ModelConfig
  private readonly layout: ParameterLayout
  private readonly frozen: readonly FrozenBuffers[]
  private readonly sessions = new Map<SamplingKind, InferenceSession>()

  constructor(config: ModelConfig, layout: ParameterLayout, lanes: number) {
    this.config = config
    this.layout = layout
    this.frozen = Array.from({ length: lanes }, () => new FrozenBuffers(config))
  }

  /** At most `chunk` tokens for every row, in the order of the rows. */
  async run(model: ModelTensors, parameters: SamplingParameters, rows: readonly DecodeRow[], chunk: number): Promise<DecodedRow[]> {
    const session = await this.session(samplingKind(parameters))
    const lanes = this.lanes(rows, chunk)
    const feeds: Feeds = { ...model.parameters, ...this.tables(model), ...samplingFeeds(this.config, parameters) }
    lanes.forEach((lane, i) => Object.assign(feeds, this.laneFeeds(lane, i)))
    const fetches: Record<string, Tensor | null> = {}
    lanes.forEach((lane, i) => Object.assign(fetches, this.laneFetches(lane, i)))
    const outputs = await session.run(only(session.inputNames, feeds), fetches)
    return lanes.flatMap((lane, i) => decodedRows(lane, i, outputs)).slice(0, rows.length)
  }

  private async session(kind: SamplingKind): Promise<InferenceSession> {
    const known = this.sessions.get(kind)
    if (known) return known
    const lanes = this.frozen.length
    const session = await InferenceSession.create(decodeGraph(this.config, this.layout, kind, lanes).encode(), {
      ...sessionOptions(1), executionMode: 'parallel', interOpNumThreads: lanes
    })
    this.sessions.set(kind, session)
    return session
  }

  /** Contiguous, of equal size; the last may be smaller, or idle. */
  private lanes(rows: readonly DecodeRow[], chunk: number): Lane[] {
    const size = Math.ceil(rows.length / this.frozen.length)
    return this.frozen.map((_, i) => {
      const share = rows.slice(i * size, (i + 1) * size)
      const own = share.length > 0 ? share : [IDLE]
      const steps = Math.min(chunk, Math.max(...own.map((row) => row.remaining)))
      return { rows: own, steps, made: newBlock(this.config, own.length, steps) }
    })
  }

  private tables({ cos, sin, positions }: ModelTensors): Feeds {
    const dims = [positions, this.config.headSize / 2]
    return { cos: floats(cos, dims), sin: floats(sin, dims) }
  }

  private laneFeeds({ rows, steps }: Lane, lane: number): Feeds {
    const { keyValueHeads, headSize } = this.config
    const sequences = rows.map((row) => row.keyValues)
    const slots = Math.max(...sequences.map(lengthOf))
    const uniforms = new Float32Array(steps * rows.length)
    rows.forEach((row, r) => {
      for (let step = 0; step < steps; step++) uniforms[step * rows.length + r] = uniformDraw(row.key, row.made + step)
    })
    const feeds: Feeds = {
      tokens: integers(rows.map((row) => row.lastToken), [rows.length]),
      positions: integers(rows.map((row) => row.lastPosition), [rows.length, 1]),
      limits: integers(rows.map((row) => row.remaining), [rows.length]),
      uniforms: floats(uniforms, [steps, rows.length, 1]),
      steps: integers([steps], []),
      mask: floats(slotMask(sequences, slots), [rows.length, 1, 1, slots, 1])
    }
    this.frozen[lane]!.fill(sequences, slots).forEach((tensor, i) => {
      feeds[keyValueName(i)] = floats(tensor, [rows.length, keyValueHeads, 1, slots, headSize])
    })
    return Object.fromEntries(Object.entries(feeds).map(([name, tensor]) => [inLane(lane, name), tensor]))
  }

  /** Keys and values are written where they stay; onnxruntime would copy them once more otherwise. */
  private laneFetches({ rows, steps, made }: Lane, lane: number): Record<string, Tensor | null> {
    const { keyValueHeads, headSize } = this.config
    const dims = [rows.length, keyValueHeads, 1, steps, headSize]
    return Object.fromEntries([
      ...OUTPUTS.map((name) => [inLane(lane, name), null] as const),
      ...made.tensors.map((tensor, i) => [inLane(lane, recent(keyValueName(i))), floats(tensor, dims)] as const)
    ])
  }

  async close(): Promise<void> {
    for (const session of this.sessions.values()) await session.release()
    this.sessions.clear()
  }
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

function decodedRows({ rows, made }: Lane, lane: number, outputs: InferenceSession.OnnxValueMapType): DecodedRow[] {
  const [sampled, logprobs, samplingLogprobs, entropies] = OUTPUTS.map((name) => outputs[inLane(lane, name)]! as Tensor)
  const tokens = sampled!.data as BigInt64Array
  const [logp, samplingLogp, entropy] = [logprobs!, samplingLogprobs!, entropies!].map((tensor) => tensor.data as Float32Array)
  const steps = tokens.length / rows.length
  return rows.map((_, row) => ({
    keyValues: { block: made, row, length: steps },
    tokens: Array.from({ length: steps }, (__, step): SampledToken => {
      const at = step * rows.length + row
      return { token: Number(tokens[at]), logprob: logp![at]!, samplingLogprob: samplingLogp![at]!, entropy: entropy![at]! }
    })
  }))
}
