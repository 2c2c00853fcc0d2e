import { Tensor } from 'onnxruntime-node'
import { AVERAGE, SPREAD } from './lossGraph.ts'
import { PREDICTING, READING, ROWS, TARGETS } from './trainingGraph.ts'
import { causalMask, rotaryAngles } from '../model/decoderGraph.ts'
import type { TokenSequence, TrainSequence } from '../../engine.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import { rewardHeadSlots } from '../model/parameterLayout.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import type { MicroBatch, SequenceSize } from './microBatches.ts'
import type { RowInput } from './lossGraph.ts'

export type Feeds = Record<string, Tensor>

export const floats = (data: Float32Array, dims: readonly number[]): Tensor => new Tensor('float32', data, dims)
const integers = (data: BigInt64Array, dims: readonly number[]): Tensor => new Tensor('int64', data, dims)

/** Views of a flat vector as the graphs' parameter inputs (or gradient outputs, with `name`); nothing is copied. */
export function parameterTensors(layout: ParameterLayout, flat: Float32Array, name = (input: string): string => input): Feeds {
  return Object.fromEntries(layout.graphInputs.map(({ name: input, offset, size, shape }) =>
    [name(input), floats(flat.subarray(offset, offset + size), shape)]))
}

/** The same of the reward head's inputs. */
export function headTensors(layout: ParameterLayout, flat: Float32Array, name = (input: string): string => input): Feeds {
  return Object.fromEntries(rewardHeadSlots(layout).map(({ name: input, offset, size, shape }) => [name(input), floats(flat.subarray(offset, offset + size), shape)]))
}

/** The last completion token is only a target: nothing is predicted from it. Only the reward head reads it. */
export const sizeOf = (sequence: TokenSequence, withHead: boolean): SequenceSize =>
  ({ tokens: sequence.prompt.length + sequence.completion.length - (withHead ? 0 : 1), rows: sequence.completion.length })

/** All tokens, padded with 0, and the rows at which each completion token has been read. */
export function readingFeeds(sequences: readonly TokenSequence[], length: number): Feeds {
  const tokens = new BigInt64Array(sequences.length * length)
  const rows: bigint[] = []
  sequences.forEach(({ prompt, completion }, b) => {
    const start = b * length
    ;[...prompt, ...completion].forEach((token, t) => { tokens[start + t] = BigInt(token) })
    completion.forEach((_, t) => rows.push(BigInt(start + prompt.length + t)))
  })
  return { tokens: integers(tokens, [sequences.length, length]), [ROWS]: integers(BigInt64Array.from(rows), [rows.length]) }
}

/** For a graph with the reward head: of the rows of a sequence all but the last predict, all but the first have read. */
export function headFeeds(sequences: readonly TokenSequence[], length: number): Feeds {
  const { tokens } = readingFeeds(sequences, length)
  const [rows, predicting, reading, targets]: [number[], number[], number[], number[]] = [[], [], [], []]
  sequences.forEach(({ prompt, completion }, b) => {
    if (completion.length === 0) return
    const first = b * length + prompt.length - 1
    completion.forEach((token, t) => {
      predicting.push(rows.length + t)
      reading.push(rows.length + t + 1)
      targets.push(token)
    })
    for (let t = 0; t <= completion.length; t++) rows.push(first + t)
  })
  const column = (values: readonly number[]): Tensor => integers(BigInt64Array.from(values, BigInt), [values.length])
  return { tokens: tokens!, [ROWS]: column(rows), [PREDICTING]: column(predicting), [READING]: column(reading), [TARGETS]: column(targets) }
}

/** What the model reads: tokens, padded with 0, and which rows of it predict which targets. */
export function sequenceFeeds(sequences: readonly TokenSequence[], length: number): Feeds {
  const tokens = new BigInt64Array(sequences.length * length)
  const rows = new BigInt64Array(sequences.reduce((sum, sequence) => sum + sequence.completion.length, 0))
  const targets = new BigInt64Array(rows.length)
  let row = 0
  sequences.forEach(({ prompt, completion }, b) => {
    const start = b * length
    prompt.forEach((token, t) => { tokens[start + t] = BigInt(token) })
    completion.forEach((token, t) => {
      const position = prompt.length + t
      if (t + 1 < completion.length) tokens[start + position] = BigInt(token)
      rows[row] = BigInt(start + position - 1)
      targets[row++] = BigInt(token)
    })
  })
  return { tokens: integers(tokens, [sequences.length, length]), [ROWS]: integers(rows, [row]), [TARGETS]: integers(targets, [row]) }
}

/** Inputs that depend on the padded length alone. The table of angles grows to the longest length asked for. */
export class LengthFeeds {
  private readonly config: ModelConfig
  private table: { positions: number; cos: Float32Array; sin: Float32Array } = { positions: 0, cos: new Float32Array(0), sin: new Float32Array(0) }

  constructor(config: ModelConfig) {
    this.config = config
  }

  of(length: number): Feeds {
    if (length > this.table.positions) this.table = { positions: length, ...rotaryAngles(this.config, length) }
    const dims = [length, this.config.headSize / 2]
    const angles = (all: Float32Array): Tensor => floats(all.subarray(0, dims[0]! * dims[1]!), dims)
    return { cos: angles(this.table.cos), sin: angles(this.table.sin), causalMask: floats(causalMask(length), [length, length]) }
  }
}

/** A training sequence with what the host computed for it. */
export interface WeighedSequence {
  readonly sequence: TrainSequence
  readonly mask: Float32Array
  readonly weights: Float32Array
  /** Inputs of single terms by name (termRows), one entry per completion token. */
  readonly termRows: Readonly<Record<string, ArrayLike<number>>>
}

/** Per-row values of each sequence, one after the other; missing arrays are filled, and masked rows are 0 throughout. */
export function rowFeeds(batch: readonly WeighedSequence[]): Record<RowInput, Tensor> & Feeds {
  const total = batch.reduce((sum, { mask }) => sum + mask.length, 0)
  const column = (value: (item: WeighedSequence, t: number) => number): Tensor => {
    const data = new Float32Array(total)
    let row = 0
    for (const item of batch) {
      for (let t = 0; t < item.mask.length; t++, row++) data[row] = item.mask[t] === 0 ? 0 : value(item, t)
    }
    return floats(data, [total])
  }
  return {
    rowWeights: column((item, t) => item.weights[t]!),
    mask: column(() => 1),
    advantages: column(({ sequence }, t) => sequence.advantages_T?.[t] ?? 0),
    behaviourLogprobs: column(({ sequence }, t) => sequence.behaviourLogprobs_T?.[t] ?? 0),
    referenceLogprobs: column(({ sequence }, t) => sequence.referenceLogprobs_T?.[t] ?? 0),
    crossEntropyWeights: column(({ sequence }, t) => sequence.weights_T?.[t] ?? 1),
    ...Object.fromEntries(Object.keys(batch[0]?.termRows ?? {}).map((name) => [name, column((item, t) => item.termRows[name]![t]!)]))
  }
}

/** The two matrices with which a sequence ratio is averaged over its masked tokens and given back to each of them. */
export function sequenceRatioFeeds(batch: readonly WeighedSequence[]): Feeds {
  const rows = batch.reduce((sum, { mask }) => sum + mask.length, 0)
  const average = new Float32Array(batch.length * rows)
  const spread = new Float32Array(rows * batch.length)
  let row = 0
  batch.forEach(({ mask }, s) => {
    const count = Math.max(1, mask.reduce((a, b) => a + b, 0))
    for (const m of mask) {
      average[s * rows + row] = m / count
      spread[row * batch.length + s] = 1
      row++
    }
  })
  return { [AVERAGE]: floats(average, [batch.length, rows]), [SPREAD]: floats(spread, [rows, batch.length]) }
}

export const membersOf = <T>(items: readonly T[], batch: MicroBatch): T[] => batch.members.map((i) => items[i]!)
