import type { Engine, ModelInfo, SampledCompletion, SamplingParameters } from '../../engines/engine.ts'
import { LabError } from '../../errors.ts'
import { readPrompt, saidByUser } from '../../orchestrator/promptTokens.ts'
import type { PlainOrChat, ReadPrompt } from '../../orchestrator/promptTokens.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { hash32 } from '../../random/random.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { openModel } from '../openModel.ts'
import type { Services } from '../services.ts'
import { plainText } from '../terminal/plainText.ts'
import { amount } from '../terminal/numbers.ts'
import { stylesFor } from '../terminal/styles.ts'

export interface SampleOptions {
  readonly engine: ResolvedRun['engine']
  readonly threads: number
  readonly prompt: string
  readonly n: number
  readonly seed: number
  readonly sampling: SamplingParameters
  /** Take the prompt as it stands although the model has a chat template. */
  readonly raw: boolean
  readonly json: boolean
  /** With `json`: tell of new text of unfinished completions too, a line each. */
  readonly partial: boolean
}

/** Samples completions of one prompt; a single one is shown while it is written. */
export async function sampleCommand(host: Host, services: Services, model: string, options: SampleOptions): Promise<ExitCode> {
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  const { engine, info } = await openModel(services, host, model, options)
  try {
    const prompt = await encodePrompt(engine, info, options)
    const seeds = Array.from({ length: options.n }, (_, i) => hash32(options.seed, 'sample', i))
    const printer = options.json ? jsonPrinter(host, options.partial) : options.n === 1 ? streamPrinter(host) : blockPrinter(host)
    await engine.sample([{ tokens: prompt, seeds }], options.sampling, printer, stop.signal)
    return stop.signal.aborted ? EXIT.stopped : EXIT.finished
  } finally {
    dispose()
    await engine.close()
  }
}

/** What is wrong with prompt and limit is told by the options in which they were given: nobody typed the fields of an engine's call. */
async function encodePrompt(engine: Engine, info: ModelInfo, { prompt, raw, sampling }: SampleOptions): Promise<readonly number[]> {
  if (sampling.maxTokens >= info.contextLength) {
    throw new LabError('usage', 'usage/option', `--max-tokens is ${sampling.maxTokens}; the model has a context of ${info.contextLength}, prompt included.`, {
      place: '--max-tokens', remedy: `Give less than ${info.contextLength}, or take a model with a longer context.`
    })
  }
  const { tokens } = await readGiven(engine, info, raw ? { prompt } : saidByUser(prompt))
  if (tokens.length === 0) {
    throw new LabError('usage', 'usage/option', '--prompt is empty: without a token nothing predicts the next one.', { place: '--prompt', remedy: 'Give a text to go on from, such as --prompt "3 + 4 :".' })
  }
  const room = info.contextLength - tokens.length
  if (room > 0) return tokens
  throw new LabError('model', 'model/prompt-too-long', `The prompt has ${tokens.length} tokens; the model's context is ${info.contextLength}.`, {
    place: '--prompt', remedy: `Shorten the prompt so that ${sampling.maxTokens} tokens (--max-tokens) fit behind it.`
  })
}

async function readGiven(engine: Engine, info: ModelInfo, prompt: PlainOrChat): Promise<ReadPrompt> {
  try {
    return await readPrompt(engine, info, prompt)
  } catch (error) {
    if (!LabError.is(error, 'engine/unknown-word')) throw error
    throw new LabError(error.boundary, error.code, error.message, { place: '--prompt', remedy: error.remedy, cause: error })
  }
}

interface Printer {
  finished(completion: SampledCompletion): void
  partial?(parts: readonly { readonly sampleIndex: number; readonly text: string }[]): void
}

function jsonPrinter(host: Host, partial: boolean): Printer {
  const write = (line: object): void => void host.stdout.write(`${JSON.stringify(line)}\n`)
  return {
    finished: ({ sampleIndex, text, stopReason, tokens, logprobs_T }) => {
      write({ index: sampleIndex, text, stopReason, tokens: tokens.length, logprob: logprobs_T.reduce((sum, value) => sum + value, 0) })
    },
    ...(partial ? { partial: (parts) => parts.forEach(({ sampleIndex, text }) => write({ index: sampleIndex, added: text })) } : {})
  }
}

/** Text as it comes; what the last chunk brought follows with the end. */
function streamPrinter(host: Host): Printer {
  let shown = ''
  const show = (text: string): void => {
    shown += text
    host.stdout.write(plainText(text))
  }
  return {
    partial: ([part]) => show(part?.text ?? ''),
    finished: (completion) => {
      if (completion.text.startsWith(shown)) show(completion.text.slice(shown.length))
      host.stdout.write('\n')
      host.stderr.write(`${closing(host, completion)}\n`)
    }
  }
}

function blockPrinter(host: Host): Printer {
  return {
    finished: (completion) => {
      const { strong } = stylesFor(host.stdout, host.env)
      host.stdout.write(`${strong(`── ${completion.sampleIndex + 1}`)}  ${closing(host, completion)}\n${plainText(completion.text)}\n`)
    }
  }
}

function closing(host: Host, { stopReason, tokens, seconds }: SampledCompletion): string {
  const speed = seconds > 0 ? `, ${amount(tokens.length / seconds)} tokens/s` : ''
  return stylesFor(host.stderr, host.env).faint(`(${stopReason}, ${tokens.length} tokens${speed})`)
}
