import type { ModelConfig } from '../model/modelConfig.ts'

/** Keys and values as a run gave them out: one array per layer and kind, [rows, keyValueHeads, capacity, headSize] each. */
export interface KeyValueBlock {
  readonly tensors: readonly Float32Array[]
  readonly capacity: number
}

/** The first `length` slots of one row of a block. A sequence is a list of these, and sequences share what they have in common. */
export interface KeyValueSegment {
  readonly block: KeyValueBlock
  readonly row: number
  readonly length: number
}

export const lengthOf = (sequence: readonly KeyValueSegment[]): number => sequence.reduce((sum, { length }) => sum + length, 0)

/** Floats of one tensor of a block. */
export const blockSize = ({ keyValueHeads, headSize }: ModelConfig, rows: number, capacity: number): number =>
  rows * keyValueHeads * capacity * headSize

export function newBlock(config: ModelConfig, rows: number, capacity: number): KeyValueBlock {
  const size = blockSize(config, rows, capacity)
  return { capacity, tensors: Array.from({ length: 2 * config.layers }, () => new Float32Array(size)) }
}

/** Lends blocks again and again: fresh ones would cost page faults each chunk and pile up until the garbage collector comes. */
export class BlockPool {
  private readonly config: ModelConfig
  private readonly lent = new Map<KeyValueBlock, readonly Float32Array[]>()
  private free: (readonly Float32Array[])[] = []

  constructor(config: ModelConfig) {
    this.config = config
  }

  /** A block whose numbers are whatever they were. */
  lend(rows: number, capacity: number): KeyValueBlock {
    const size = blockSize(this.config, rows, capacity)
    const at = this.free.findIndex(([first]) => first!.length >= size)
    // What is too small now is mostly so later: calls come with about as many rows each.
    const memory = at >= 0 ? this.free.splice(at, 1)[0]! : newBlock(this.config, rows, capacity).tensors
    if (at < 0) this.free = []
    const block = { capacity, tensors: memory.map((tensor) => tensor.subarray(0, size)) }
    this.lent.set(block, memory)
    return block
  }

  /** Takes every lent block back that is not in use. */
  keepOnly(inUse: ReadonlySet<KeyValueBlock>): void {
    for (const [block, memory] of this.lent) {
      if (inUse.has(block)) continue
      this.lent.delete(block)
      this.free.push(memory)
    }
  }
}

/** Memory for frozen keys and values, kept from run to run. */
export class FrozenBuffers {
  private readonly config: ModelConfig
  private buffers: Float32Array[] = []

  constructor(config: ModelConfig) {
    this.config = config
  }

  /** One array per layer and kind, [rows, keyValueHeads, slots, headSize]: every sequence from slot 0 on, zeros behind it. */
  fill(sequences: readonly (readonly KeyValueSegment[])[], slots: number): Float32Array[] {
    const { layers, keyValueHeads, headSize } = this.config
    const size = blockSize(this.config, sequences.length, slots)
    if (size > (this.buffers[0]?.length ?? -1)) {
      const roomy = Math.ceil(size * 1.25)
      this.buffers = Array.from({ length: 2 * layers }, () => new Float32Array(roomy))
    }
    return this.buffers.map((buffer, tensor) => {
      sequences.forEach((sequence, row) => {
        for (let head = 0; head < keyValueHeads; head++) {
          const start = (row * keyValueHeads + head) * slots * headSize
          const end = copyHead(buffer, start, sequence, { tensor, head, keyValueHeads, headSize })
          buffer.fill(0, end, start + slots * headSize)
        }
      })
      return buffer.subarray(0, size)
    })
  }
}

interface HeadOf {
  readonly tensor: number
  readonly head: number
  readonly keyValueHeads: number
  readonly headSize: number
}

/** Returns where the copy ends. */
function copyHead(target: Float32Array, start: number, sequence: readonly KeyValueSegment[], of: HeadOf): number {
  const { tensor, head, keyValueHeads, headSize } = of
  let at = start
  for (const { block, row, length } of sequence) {
    const from = (row * keyValueHeads + head) * block.capacity * headSize
    target.set(block.tensors[tensor]!.subarray(from, from + length * headSize), at)
    at += length * headSize
  }
  return at
}

/** [rows, slots]: 0 where a sequence has a slot, −1e9 behind its end. */
export function slotMask(sequences: readonly (readonly KeyValueSegment[])[], slots: number): Float32Array {
  const mask = new Float32Array(sequences.length * slots)
  sequences.forEach((sequence, row) => mask.fill(-1e9, row * slots + lengthOf(sequence), (row + 1) * slots))
  return mask
}
