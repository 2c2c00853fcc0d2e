import { setImmediate } from 'node:timers/promises'
import { DecodeRunner } from './decodeRun.ts'
import { checkPrompts } from '../../checkSampling.ts'
import { modelTensors, scaledRotary } from '../model/modelTensors.ts'
import { notFiniteError } from '../training/notFinite.ts'
import { PromptPrefill } from './promptPrefill.ts'
import { SampledRow } from './sampledRow.ts'
import type { SampleEvents, SampledCompletion, SamplePrompt, SamplingParameters } from '../../engine.ts'
import type { DecodedRow } from './decodeRun.ts'
import type { IncrementalText } from '../text/incrementalText.ts'
import type { KeyValueSegment } from './keyValueRows.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import type { ModelTensors } from '../model/modelTensors.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'

export interface SamplerOptions {
  readonly threads: number
  /** Tokens per row between two looks at the clock: new text, finished rows and a cancel are noticed then. Default 32. */
  readonly chunkTokens?: number
  /** Completions made at the same time at most. Default 128. */
  readonly slots?: number
  /** Keys and values of completions in the making, were all of them at their longest. Default 64 MiB. */
  readonly keyValueBytes?: number
}

/** What an AbortSignal is to a sampler, which looks between chunks. */
export interface Cancellation {
  readonly aborted: boolean
}

export interface SampleHooks {
  /** A reader of one completion's tokens. */
  readonly newText: () => IncrementalText
  readonly events?: SampleEvents | undefined
}

const LEAST_SLOTS = 16

/**
 * Samples completions in chunks: all rows in hand make up to `chunkTokens` tokens in one run; then finished rows leave and
 * waiting ones take their places. A prompt is computed once and its keys and values are kept once for all its samples.
 *
 * Determinism: draw t of a completion is a function of its seed and t alone. The same call gives the same bits. What else is
 * in the batch (and the number of threads, slots and chunk tokens) changes the shapes of the matrix products and with them
 * the rounding of the logits, by about 1e-6; a drawn token can differ only where a draw falls that close to the border of
 * two tokens.
 */
export class Sampler {
  private readonly config: ModelConfig
  private readonly layout: ParameterLayout
  private readonly chunkTokens: number
  private readonly slots: number
  private readonly keyValueBytes: number
  private readonly prefill: PromptPrefill
  private readonly runner: DecodeRunner
  private readonly rotary: ReturnType<typeof scaledRotary>

  constructor(config: ModelConfig, layout: ParameterLayout, { threads, chunkTokens = 32, slots = 128, keyValueBytes = 64 * 2 ** 20 }: SamplerOptions) {
    this.config = config
    this.layout = layout
    this.chunkTokens = chunkTokens
    this.slots = slots
    this.keyValueBytes = keyValueBytes
    this.prefill = new PromptPrefill(config, layout, threads)
    this.runner = new DecodeRunner(config, layout, threads)
    // Rows that ended go on to the end of their chunk, unread.
    this.rotary = scaledRotary(config, config.contextLength + chunkTokens)
  }

  /**
   * One completion per prompt and seed, in that order. `weights` is the flat vector of the layout; it must not change before
   * the call is over. A completion ends at the context's end at the latest. Cancelled rows come back with what they have.
   * Rejects with `engine/empty-prompt`, `engine/context-length`, `engine/token-range` (a prompt), or `engine/not-finite` (the model's output).
   */
  async sample(
    weights: Float32Array, prompts: readonly SamplePrompt[], parameters: SamplingParameters,
    hooks: SampleHooks, signal?: Cancellation
  ): Promise<SampledCompletion[]> {
    checkPrompts(this.config, prompts)
    const call = new SampleCall(this.config, prompts, parameters, hooks)
    const model = modelTensors(this.layout, weights, this.rotary)
    const goOn = async (): Promise<boolean> => {
      await setImmediate()
      return signal?.aborted !== true
    }
    const slots = this.slotsFor(prompts, parameters.maxTokens)
    try {
      while (call.unfinished && await goOn()) {
        const fresh = call.admit(slots)
        if (fresh.length > 0) {
          const computed = await this.prefill.run(model, fresh.map((i) => prompts[i]!.tokens), goOn)
          call.usePrompts(fresh, computed)
          if (signal?.aborted) break
        }
        await this.chunk(model, parameters, call)
      }
    } finally {
      this.runner.keepOnly([])
    }
    return call.finish()
  }

  /** As many as fit, and at least enough to fill the matrix products. */
  private slotsFor(prompts: readonly SamplePrompt[], maxTokens: number): number {
    const { layers, keyValueHeads, headSize, contextLength } = this.config
    const longest = Math.min(contextLength, maxTokens + Math.max(0, ...prompts.map(({ tokens }) => tokens.length)))
    const bytes = 2 * layers * keyValueHeads * headSize * longest * Float32Array.BYTES_PER_ELEMENT
    return Math.min(this.slots, Math.max(LEAST_SLOTS, Math.floor(this.keyValueBytes / bytes)))
  }

  private async chunk(model: ModelTensors, parameters: SamplingParameters, call: SampleCall): Promise<void> {
    const rows = call.active
    if (rows.length > 0) call.take(await this.runner.run(model, parameters, rows, this.chunkTokens))
    this.runner.keepOnly(call.active)
  }

  async close(): Promise<void> {
    await this.prefill.close()
    await this.runner.close()
  }
}

/** The rows of one call: waiting, active and finished. */
class SampleCall {
  active: SampledRow[] = []
  private readonly rows: readonly SampledRow[]
  private readonly events: SampleEvents
  private readonly started = performance.now()
  private readonly completions = new Map<SampledRow, SampledCompletion>()
  private readonly promptKeyValues = new Map<number, KeyValueSegment[]>()
  private next = 0

  constructor(config: ModelConfig, prompts: readonly SamplePrompt[], parameters: SamplingParameters, hooks: SampleHooks) {
    this.events = hooks.events ?? {}
    const end = { endOfTextTokens: config.endOfTextTokens, stop: parameters.stop }
    this.rows = prompts.flatMap(({ tokens, seeds }, promptIndex) => seeds.map((seed, sampleIndex) => {
      const limit = Math.min(parameters.maxTokens, config.contextLength - tokens.length)
      return new SampledRow({ promptIndex, sampleIndex, prompt: tokens, seed }, { ...end, limit }, hooks.newText())
    }))
  }

  get unfinished(): boolean {
    return this.active.length > 0 || this.next < this.rows.length
  }

  /** Fills free slots with waiting rows; returns the prompts that are to be computed for them. */
  admit(slots: number): number[] {
    const fresh = new Set<number>()
    while (this.active.length < slots && this.next < this.rows.length) {
      const row = this.rows[this.next++]!
      if (row.stopReason !== undefined) {
        this.done(row)
        continue
      }
      const { promptIndex } = row.source
      const known = this.promptKeyValues.get(promptIndex)
      if (known) row.keyValues = [...known]
      else fresh.add(promptIndex)
      this.active.push(row)
    }
    this.forgetPrompts()
    return [...fresh]
  }

  usePrompts(prompts: readonly number[], computed: readonly KeyValueSegment[][]): void {
    prompts.forEach((prompt, i) => this.promptKeyValues.set(prompt, computed[i]!))
    for (const row of this.active) {
      const i = prompts.indexOf(row.source.promptIndex)
      if (i >= 0) row.keyValues = [...computed[i]!]
    }
    this.forgetPrompts()
  }

  /** Rows hold what they need themselves; only the prompt of the next waiting row can be needed again. */
  private forgetPrompts(): void {
    const waiting = this.rows[this.next]?.source.promptIndex
    for (const prompt of this.promptKeyValues.keys()) {
      if (prompt !== waiting) this.promptKeyValues.delete(prompt)
    }
  }

  /** Gives the active rows what a run made for them. */
  take(decoded: readonly DecodedRow[]): void {
    const rows = this.active
    rows.forEach((row, i) => takeRow(row, decoded[i]!))
    this.active = rows.filter((row) => row.stopReason === undefined)
    for (const row of rows) if (row.stopReason !== undefined) this.done(row)
    const parts = this.active.map((row) => {
      const { promptIndex, sampleIndex } = row.source
      return { promptIndex, sampleIndex, text: row.newText() }
    })
    const withText = parts.filter(({ text }) => text !== '')
    if (withText.length > 0) this.events.partial?.(withText)
  }

  private done(row: SampledRow): void {
    const completion = row.completion((performance.now() - this.started) / 1000)
    this.completions.set(row, completion)
    this.events.finished?.(completion)
  }

  /** What is left was cancelled. */
  finish(): SampledCompletion[] {
    for (const row of this.rows) {
      if (this.completions.has(row)) continue
      if (row.stopReason === undefined) row.finish('cancelled')
      this.done(row)
    }
    return this.rows.map((row) => this.completions.get(row)!)
  }
}

function takeRow(row: SampledRow, { tokens, keyValues }: DecodedRow): void {
  for (const token of tokens) {
    if (!Number.isFinite(token.logprob) || !Number.isFinite(token.samplingLogprob) || !Number.isFinite(token.entropy)) {
      throw notFiniteError('logits', 'sampling')
    }
    if (!row.take(token)) return
  }
  row.keyValues.push(keyValues)
}
