import type { SampledCompletion, SampleEvents, SamplePrompt, SamplingParameters } from '../engine.ts'
import { randomStream } from '../../random/random.ts'
import type { Random } from '../../random/random.ts'
import type { StopReason } from '../../protocol/rollout.ts'
import { drawToken, samplingDistribution } from './samplingDistribution.ts'
import { entropyOf, nextLogprobs, rowsAt } from './tabularPolicy.ts'
import type { Tables } from './tabularPolicy.ts'
import type { WordTokenizer } from './wordTokenizer.ts'

/** A completion while it grows. */
interface Growing {
  readonly promptIndex: number
  readonly sampleIndex: number
  readonly prompt: readonly number[]
  readonly random: Random
  readonly tokens: number[]
  readonly logprobs_T: number[]
  readonly samplingLogprobs_T: number[]
  readonly entropies_T: number[]
  stopReason: StopReason | undefined
  /** Of the text, in UTF-16 units. */
  reported: number
}

export interface SamplerOptions {
  readonly tokenizer: WordTokenizer
  readonly contextLength: number
  /** Tokens drawn between two looks at events and cancellation. */
  readonly chunkTokens: number
}

/** Chunked decoding of a whole batch. The end-of-text token is part of `tokens`, not of `text`. */
export async function sampleBatch(
  tables: Tables, prompts: readonly SamplePrompt[], parameters: SamplingParameters, options: SamplerOptions,
  events: SampleEvents = {}, signal?: AbortSignal
): Promise<SampledCompletion[]> {
  const batch = prompts.flatMap((prompt, promptIndex) => prompt.seeds.map((seed, sampleIndex) => grow({ prompt: prompt.tokens, promptIndex, sampleIndex }, seed, options)))
  let open = batch
  while (open.length > 0) {
    if (signal?.aborted) for (const completion of open) completion.stopReason = 'cancelled'
    else for (const completion of open) drawChunk(tables, completion, parameters, options)
    open.filter((completion) => completion.stopReason !== undefined).forEach((completion) => events.finished?.(whole(completion, options)))
    open = open.filter((completion) => completion.stopReason === undefined)
    if (open.length > 0) {
      events.partial?.(open.map((completion) => newText(completion, options)))
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  return batch.map((completion) => whole(completion, options))
}

function grow(place: Pick<Growing, 'prompt' | 'promptIndex' | 'sampleIndex'>, seed: number, { contextLength }: SamplerOptions): Growing {
  const random = randomStream('completion', seed)
  const stopReason = place.prompt.length >= contextLength ? 'length' : undefined
  return { ...place, random, tokens: [], logprobs_T: [], samplingLogprobs_T: [], entropies_T: [], stopReason, reported: 0 }
}

function newText(completion: Growing, { tokenizer }: SamplerOptions): { promptIndex: number; sampleIndex: number; text: string } {
  const { promptIndex, sampleIndex, tokens, reported } = completion
  const text = tokenizer.decode(tokens)
  completion.reported = text.length
  return { promptIndex, sampleIndex, text: text.slice(reported) }
}

function drawChunk(tables: Tables, completion: Growing, parameters: SamplingParameters, options: SamplerOptions): void {
  for (let i = 0; i < options.chunkTokens && completion.stopReason === undefined; i++) drawOne(tables, completion, parameters, options)
}

function drawOne(tables: Tables, completion: Growing, parameters: SamplingParameters, options: SamplerOptions): void {
  const rows = rowsAt(completion.prompt, completion.tokens, completion.tokens.length)
  const logprobs = nextLogprobs(tables, rows, options.tokenizer.vocabulary.length)
  const distribution = samplingDistribution(logprobs, parameters)
  const token = drawToken(distribution, completion.random.next())
  completion.tokens.push(token)
  completion.logprobs_T.push(logprobs[token]!)
  completion.samplingLogprobs_T.push(distribution[token]!)
  completion.entropies_T.push(entropyOf(logprobs))
  completion.stopReason = stopReasonOf(completion, parameters, options)
}

function stopReasonOf(completion: Growing, parameters: SamplingParameters, options: SamplerOptions): StopReason | undefined {
  if (completion.tokens.at(-1) === 0) return 'endOfText'
  const text = options.tokenizer.decode(completion.tokens)
  if (parameters.stop.some((stop) => text.includes(stop))) return 'stopString'
  const full = completion.prompt.length + completion.tokens.length >= options.contextLength
  return full || completion.tokens.length >= parameters.maxTokens ? 'length' : undefined
}

function whole(completion: Growing, options: SamplerOptions): SampledCompletion {
  const { promptIndex, sampleIndex, tokens, logprobs_T, samplingLogprobs_T, entropies_T } = completion
  const shown = tokens.at(-1) === 0 ? tokens.slice(0, -1) : tokens
  const tokenEnds_T = tokens.map((_, t) => options.tokenizer.decode(shown.slice(0, t + 1)).length)
  return {
    promptIndex, sampleIndex, tokens, logprobs_T, samplingLogprobs_T, entropies_T, tokenEnds_T,
    text: options.tokenizer.decode(shown),
    stopReason: completion.stopReason ?? 'error',
    seconds: 0
  }
}
