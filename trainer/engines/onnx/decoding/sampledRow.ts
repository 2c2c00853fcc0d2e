import { drawKey } from './uniformDraws.ts'
import type { SampledCompletion } from '../../engine.ts'
import type { StopReason } from '../../../protocol/rollout.ts'
import type { IncrementalText } from '../text/incrementalText.ts'
import type { KeyValueSegment } from './keyValueRows.ts'

/** A token as the decode graph gave it. */
export interface SampledToken {
  readonly token: number
  readonly logprob: number
  readonly samplingLogprob: number
  readonly entropy: number
}

export interface RowSource {
  readonly promptIndex: number
  readonly sampleIndex: number
  readonly prompt: readonly number[]
  readonly seed: number
}

export interface RowEnd {
  readonly endOfTextTokens: readonly number[]
  readonly stop: readonly string[]
  /** Tokens at most. */
  readonly limit: number
}

/** A completion in the making. */
export class SampledRow {
  readonly source: RowSource
  readonly key: number
  /** Of every token before the last one. */
  keyValues: KeyValueSegment[] = []
  stopReason: StopReason | undefined
  private readonly end: RowEnd
  private readonly reader: IncrementalText
  private readonly tokens: number[] = []
  private readonly logprobs_T: number[] = []
  private readonly samplingLogprobs_T: number[] = []
  private readonly entropies_T: number[] = []
  private readonly tokenEnds_T: number[] = []
  private text = ''
  private reported = 0

  constructor(source: RowSource, end: RowEnd, reader: IncrementalText) {
    this.source = source
    this.end = end
    this.reader = reader
    this.key = drawKey(source.seed)
    if (end.limit <= 0) this.finish('length')
  }

  get made(): number {
    return this.tokens.length
  }

  /** Tokens that may still come. */
  get remaining(): number {
    return this.end.limit - this.tokens.length
  }

  get lastToken(): number {
    return this.tokens.at(-1) ?? this.source.prompt.at(-1)!
  }

  /** Place of the last token in the whole sequence. */
  get lastPosition(): number {
    return this.source.prompt.length + this.tokens.length - 1
  }

  /** Adds a token and says whether the row goes on. */
  take({ token, logprob, samplingLogprob, entropy }: SampledToken): boolean {
    const before = this.text.length
    this.tokens.push(token)
    this.logprobs_T.push(atMostZero(logprob))
    this.samplingLogprobs_T.push(atMostZero(samplingLogprob))
    this.entropies_T.push(Math.max(0, entropy))
    this.text += this.reader.push(token)
    this.tokenEnds_T.push(this.text.length)
    if (this.end.endOfTextTokens.includes(token)) this.finish('endOfText')
    else if (this.stopsIn(before)) this.finish('stopString')
    else if (this.remaining <= 0) this.finish('length')
    return this.stopReason === undefined
  }

  /** Whether a stop string ends in the text from `before` on. */
  private stopsIn(before: number): boolean {
    return this.end.stop.some((stop) => stop !== '' && this.text.indexOf(stop, Math.max(0, before - stop.length + 1)) >= 0)
  }

  finish(reason: StopReason): void {
    this.stopReason = reason
    this.keyValues = []
    this.text += this.reader.end()
    if (this.tokenEnds_T.length > 0) this.tokenEnds_T[this.tokenEnds_T.length - 1] = this.text.length
  }

  /** What was not reported before. */
  newText(): string {
    const text = this.text.slice(this.reported)
    this.reported = this.text.length
    return text
  }

  completion(seconds: number): SampledCompletion {
    const { promptIndex, sampleIndex } = this.source
    const { tokens, text, tokenEnds_T, logprobs_T, samplingLogprobs_T, entropies_T } = this
    const stopReason = this.stopReason ?? 'error'
    return { promptIndex, sampleIndex, tokens, text, tokenEnds_T, logprobs_T, samplingLogprobs_T, entropies_T, stopReason, seconds }
  }
}

/** Rounding can lift the logarithm of a probability of 1 above 0. */
const atMostZero = (logprob: number): number => Math.min(0, logprob) + 0
