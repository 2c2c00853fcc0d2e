import type { Engine, ModelInfo, SampledCompletion } from '../../engines/engine.ts'
import { askForCritique } from '../../environments/askForCritique.ts'
import type { CritiqueWords } from '../../environments/environment.ts'
import { LabError } from '../../errors.ts'
import { promptOf } from '../../labels/rows/rowRollout.ts'
import { judgedSegment } from '../../labels/scripted/judgedSegment.ts'
import { readPrompt, saidByUser } from '../../orchestrator/promptTokens.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { hash32 } from '../../random/random.ts'
import { readRolloutTexts } from '../../stores/rolloutTexts.ts'
import type { RolloutTexts } from '../../stores/rolloutTexts.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { critiqueWordsOf } from '../labels/critiqueWords.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { openModel } from '../openModel.ts'
import type { Services } from '../services.ts'
import { plainText } from '../terminal/plainText.ts'

export interface LabelsCritiqueOptions {
  readonly model: string
  readonly rollout: readonly string[]
  readonly maxTokens: number
  readonly temperature: number
  readonly seed: number
  readonly engine: ResolvedRun['engine']
  readonly threads: number
  readonly json: boolean
}

const PROBLEMS = {
  gone: 'not in the run', promptTooLong: 'its prompt is too long for the model', unknownWord: 'the model lacks a word of its prompt'
} as const

/** A line of `--json`: what the critic wrote, and what it says in the environment's words; or why it was not asked. */
export type CritiqueLine =
  | {
      readonly rollout: string
      readonly text: string
      /** False where the critique was cut off. */
      readonly whole: boolean
      /** Present where the environment has words for critiques; null = it does not say. Steps are counted from 0. */
      readonly says?: { readonly right: boolean | null; readonly firstError: number | null }
    }
  | { readonly rollout: string; readonly problem: keyof typeof PROBLEMS }

/** Lets a model write critiques of rollouts. Nothing is labelled: what it says is printed. */
export async function labelsCritiqueCommand(host: Host, services: Services, run: string, options: LabelsCritiqueOptions): Promise<ExitCode> {
  if (options.rollout.length === 0) throw new LabError('usage', 'usage/option', 'No rollout is named.', { place: '--rollout', remedy: 'Give the ids of rollouts of this run, --rollout before each.' })
  const { directory } = labelledRun(host, run)
  const found = new Map<string, RolloutTexts>()
  await readRolloutTexts(directory, new Set(options.rollout), (rollout) => void found.set(rollout.id, rollout))
  const print = printer(host, options.json)
  for (const id of options.rollout) if (!found.has(id)) print({ rollout: id, problem: 'gone' })
  if (found.size === 0) throw new LabError('dataset', 'label/no-rollout', 'The run has none of these rollouts.', { place: '--rollout', remedy: 'Give ids of rollouts of this run.' })
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  const { engine, info } = await openModel(services, host, options.model, options)
  try {
    await critiqueAll(engine, info, [...found.values()], options, print, stop.signal)
    return stop.signal.aborted ? EXIT.stopped : EXIT.finished
  } finally {
    dispose()
    await engine.close()
  }
}

type Print = (line: CritiqueLine) => void

async function critiqueAll(engine: Engine, info: ModelInfo, rollouts: readonly RolloutTexts[], options: LabelsCritiqueOptions, print: Print, signal: AbortSignal): Promise<void> {
  const fitting: { readonly rollout: RolloutTexts; readonly tokens: readonly number[] }[] = []
  for (const rollout of rollouts) {
    const tokens = await promptTokens(engine, info, rollout)
    if (tokens && tokens.length < info.contextLength) fitting.push({ rollout, tokens })
    else print({ rollout: rollout.id, problem: tokens ? 'promptTooLong' : 'unknownWord' })
  }
  if (fitting.length === 0) return
  const prompts = fitting.map(({ rollout, tokens: prompt }) => ({ tokens: prompt, seeds: [hash32(options.seed, 'critique', rollout.id)] }))
  const parameters = { temperature: options.temperature, topK: 0, topP: 1, minP: 0, stop: [], maxTokens: Math.min(options.maxTokens, info.contextLength - 1) }
  await engine.sample(prompts, parameters, { finished: (completion) => print(lineOf(fitting[completion.promptIndex]!.rollout, completion)) }, signal)
}

/** Undefined where the model's vocabulary has not every word. */
async function promptTokens(engine: Engine, info: ModelInfo, rollout: RolloutTexts): Promise<readonly number[] | undefined> {
  const segment = rollout.segments[judgedSegment(rollout)]!
  const problem = { id: rollout.problemId, environment: rollout.environment, prompt: promptOf(segment, ''), params: {} }
  const { prompt } = askForCritique(critiqueWordsOf(rollout.environment), problem, segment.text)
  try {
    return (await readPrompt(engine, info, saidByUser(prompt))).tokens
  } catch (error) {
    if (LabError.is(error, 'engine/unknown-word')) return undefined
    throw error
  }
}

function lineOf({ id, environment }: RolloutTexts, { text, stopReason }: SampledCompletion): CritiqueLine {
  const words = critiqueWordsOf(environment)
  const whole = stopReason === 'endOfText' || stopReason === 'stopString'
  return { rollout: id, text, whole, ...(words ? { says: sayingOf(words, text) } : {}) }
}

const sayingOf = (words: CritiqueWords, text: string): { right: boolean | null; firstError: number | null } => ({ right: words.readVerdict(text), firstError: words.firstError(text) })

function printer(host: Host, json: boolean): Print {
  return (line) => {
    const shown = 'problem' in line ? `(${PROBLEMS[line.problem]})` : plainText(line.text)
    host.stdout.write(json ? `${JSON.stringify(line)}\n` : `── ${plainText(line.rollout)}\n${shown}\n`)
  }
}
