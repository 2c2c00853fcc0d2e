import { resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import { RunFile } from '../../protocol/runFile.ts'
import type { ResolvedRun, StepAggregate } from '../../protocol/runFile.ts'
import type { EvaluationResult } from '../../protocol/summary.ts'
import { evaluationRows, setLine } from '../display/summaryText.ts'
import { evaluateModel } from '../evaluateModel.ts'
import type { EvaluateOptions } from '../evaluateModel.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { openHere } from '../openHere.ts'
import { openModel, refuseMissingModel } from '../openModel.ts'
import { noticesOf, printNotices } from '../printNotices.ts'
import { MODULE_SECONDS } from '../services.ts'
import type { Services, Workspace } from '../services.ts'
import { amount, share } from '../terminal/numbers.ts'
import { ProgressLine } from '../terminal/progressLine.ts'
import { table } from '../terminal/table.ts'

export interface EvalOptions {
  readonly environment: string
  readonly options: Record<string, unknown>
  readonly problems: number
  readonly samples: number
  /** Default: those of 1, 4 and 16 that the samples can estimate. */
  readonly k?: readonly number[]
  readonly temperature: number
  readonly maxTokens: number
  readonly seed: number
  /** Folder of a step reward model. */
  readonly rerank?: string
  readonly aggregate: StepAggregate
  readonly engine: ResolvedRun['engine']
  readonly unsafeSandbox: boolean
  readonly threads: number
  readonly json: boolean
}

const DEFAULT_K = [1, 4, 16]

/** Evaluates a model folder or checkpoint on held-out problems of an environment. */
export async function evalCommand(host: Host, services: Services, model: string, options: EvalOptions): Promise<ExitCode> {
  const k = options.k ?? DEFAULT_K.filter((value) => value <= options.samples)
  refuseLargeK(k, options.samples)
  if (options.rerank !== undefined) refuseMissingModel(options.rerank, host, options.engine, '--rerank')
  const workspace = services.openWorkspace(host.cwd, { trustWorkspace: false, unsafeSandbox: options.unsafeSandbox, deadlineSeconds: MODULE_SECONDS, engine: options.engine })
  const opened = await openHere(workspace, options.environment, options.options)
  printNotices(host, noticesOf([opened]))
  const { engine, info } = await openModel(services, host, model, options)
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  const line = new ProgressLine(host.stderr)
  try {
    const sampling = { temperature: options.temperature, topK: 0, topP: 1, minP: 0, maxTokens: options.maxTokens, stop: [] }
    const progress = (done: number, of: number): void => line.show(`${done}/${of} problems`)
    const rank = options.rerank === undefined ? {} : { rank: await ranker(workspace, resolve(host.cwd, options.rerank), options, stop.signal) }
    const executor = await workspace.executor([opened], { execution: RunFile.shape.execution.parse(undefined), seed: options.seed })
    const result = await evaluateModel(engine, info, opened, { ...options, k, sampling, ...rank, ...(executor && { executor }) }, stop.signal, progress)
    line.end()
    host.stdout.write(`${options.json ? JSON.stringify(result) : resultText(result)}\n`)
    return EXIT.finished
  } catch (error) {
    line.end()
    if (stop.signal.aborted) return EXIT.stopped
    throw error
  } finally {
    dispose()
    await engine.close()
    await workspace.close()
  }
}

/** Scores of a step reward model, as its reward gives them; what the grader failed on gets none. */
async function ranker(workspace: Workspace, model: string, { aggregate, maxTokens }: EvalOptions, signal: AbortSignal): Promise<NonNullable<EvaluateOptions['rank']>> {
  const reward = await workspace.reward({ name: 'prm', weight: 1, options: { model, aggregate } })
  return async ({ problem }, { text, tokens, stopReason }, found) => {
    if (!found) return null
    const scored = await reward.score({ problem, completion: text, tokens: tokens.length, maxTokens, truncated: stopReason === 'length', ...found }, signal)
    return scored.score
  }
}

function refuseLargeK(k: readonly number[], samples: number): void {
  const large = k.find((value) => value > samples)
  if (large === undefined) return
  throw new LabError('usage', 'usage/option', `pass@${large} cannot be estimated from ${samples} samples of each problem.`, {
    place: '--k', remedy: `Take --samples ${large} or more, or --k up to ${samples}.`
  })
}

function resultText(result: EvaluationResult): string {
  return [
    setLine(result),
    table(evaluationRows(result)),
    `  Value [95 % interval over problems]. Share truncated ${share(result.truncated)}; ${amount(result.meanTokens)} tokens on average.`
  ].join('\n')
}
