import { checkPrompts } from '../../checkSampling.ts'
import { dealToLanes } from './laneSplit.ts'
import { LaneThread } from './laneThread.ts'
import type { SampledCompletion, SampleEvents, SamplePrompt, SamplingParameters } from '../../engine.ts'
import type { LaneModel } from './laneMessages.ts'
import type { LaneShare } from './laneSplit.ts'
import type { Weights } from './laneThread.ts'

/** Samples for an engine, on whatever threads it has. */
export interface CompletionSampler {
  /** Completions in the order of prompts, then seeds; otherwise as Sampler.sample. One call at a time. */
  sample(
    weights: Float32Array, prompts: readonly SamplePrompt[], parameters: SamplingParameters, events: SampleEvents, signal?: AbortSignal
  ): Promise<SampledCompletion[]>
  /** To be called when numbers of the vector of the last call have changed. */
  weightsChanged(): void
  close(): Promise<void>
}

const keyOf = ({ promptIndex, sampleIndex }: { promptIndex: number; sampleIndex: number }): string => `${promptIndex},${sampleIndex}`

/** A process that exits in the middle of a call would end its threads by force, which a native call answers with an abort. */
const killProcess = (): void => void process.kill(process.pid, 'SIGKILL')

/**
 * Decoding on several threads by sharing out the rows. A step of decoding is hundreds of operators of a few microseconds, and
 * threads that share each operator spend more time waiting for each other than computing. A lane has a session, weights and
 * rows of its own, so lanes meet only at the ends of a call.
 */
export class DecodeLanes implements CompletionSampler {
  private readonly model: LaneModel
  private readonly lanes: (LaneThread | undefined)[]
  private weights: Weights = { values: new Float32Array(), version: 0 }

  /** The limits of the model are those of each lane. */
  constructor(model: LaneModel, lanes: number) {
    this.model = model
    this.lanes = Array.from({ length: lanes }, () => undefined)
  }

  weightsChanged(): void {
    this.weights = { ...this.weights, version: this.weights.version + 1 }
  }

  async sample(
    weights: Float32Array, prompts: readonly SamplePrompt[], parameters: SamplingParameters, events: SampleEvents, signal?: AbortSignal
  ): Promise<SampledCompletion[]> {
    checkPrompts(this.model.config, prompts)
    if (weights !== this.weights.values) this.weights = { values: weights, version: this.weights.version + 1 }
    const cancelled = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)
    const cancel = (): void => void Atomics.store(new Int32Array(cancelled), 0, 1)
    if (signal?.aborted) cancel()
    signal?.addEventListener('abort', cancel)
    process.on('exit', killProcess)
    try {
      const call = { parameters, cancelled, events, completions: new Map<string, SampledCompletion>() }
      await this.onLanes(dealToLanes(prompts, this.lanes.length), call, cancel)
      return prompts.flatMap(({ seeds }, promptIndex) => seeds.map((_, sampleIndex) => call.completions.get(keyOf({ promptIndex, sampleIndex }))!))
    } finally {
      signal?.removeEventListener('abort', cancel)
      process.removeListener('exit', killProcess)
    }
  }

  /** The first error is the call's; the other lanes then stop early, and none works on when this is over. */
  private async onLanes(shares: readonly LaneShare[], call: LaneCall, cancel: () => void): Promise<void> {
    const ends = await Promise.allSettled(shares.map((share, i) => this.onLane(i, share, call).catch((error: unknown) => {
      cancel()
      throw error
    })))
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  }

  private async onLane(index: number, share: LaneShare, { parameters, cancelled, events, completions }: LaneCall): Promise<void> {
    const { partial } = events
    const request = { prompts: share.prompts, parameters, cancelled, partial: partial !== undefined }
    const placed = <T extends { promptIndex: number; sampleIndex: number }>(of: T): T => ({ ...of, ...share.places[of.promptIndex]![of.sampleIndex]! })
    await this.lane(index).sample(request, this.weights, {
      finished: (own) => {
        const completion = placed(own)
        completions.set(keyOf(completion), completion)
        events.finished?.(completion)
      },
      ...(partial && { partial: (parts) => partial(parts.map(placed)) })
    })
  }

  /** Started when first needed, and again where it has died. */
  private lane(index: number): LaneThread {
    const known = this.lanes[index]
    return known?.alive ? known : (this.lanes[index] = new LaneThread(this.model))
  }

  async close(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane?.close()))
    this.lanes.fill(undefined)
  }
}

interface LaneCall {
  readonly parameters: SamplingParameters
  readonly cancelled: SharedArrayBuffer
  readonly events: SampleEvents
  readonly completions: Map<string, SampledCompletion>
}
