import { dirname, resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import type { ResolvedRun, StepAggregate } from '../../protocol/runFile.ts'
import type { EvaluationResult } from '../../protocol/summary.ts'
import { readRunRecord } from '../../stores/runDirectory.ts'
import { consentsOf } from '../consentOptions.ts'
import type { ConsentOptions } from '../consentOptions.ts'
import { evaluationRows, setLine } from '../display/summaryText.ts'
import { evaluateModel } from '../evaluateModel.ts'
import type { EvaluateOptions } from '../evaluateModel.ts'
import { setupOfEnvironment, setupOfRun } from '../evaluationSetup.ts'
import type { AskedEvaluation, EvaluationSetup } from '../evaluationSetup.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { openModel, refuseMissingModel } from '../openModel.ts'
import { noticesOf, printNotices } from '../printNotices.ts'
import { MODULE_SECONDS } from '../services.ts'
import type { Services, Workspace } from '../services.ts'
import { amount, share } from '../terminal/numbers.ts'
import { ProgressLine } from '../terminal/progressLine.ts'
import { table } from '../terminal/table.ts'

export interface EvalOptions extends AskedEvaluation, ConsentOptions {
  /** Either this, with its options, or a run. */
  readonly environment?: string
  readonly options: Record<string, unknown>
  /** Directory of the run whose evaluation is made again. */
  readonly asRun?: string
  /** Folder of a step reward model. */
  readonly rerank?: string
  readonly aggregate: StepAggregate
  readonly engine?: ResolvedRun['engine']
  readonly threads: number
  readonly json: boolean
}

/** Where problems and their programs come from. */
interface Source {
  readonly engine: ResolvedRun['engine']
  readonly workspace: Workspace
  /** How the run computes and asks, as which a model is evaluated. */
  readonly asked?: Pick<ResolvedRun, 'torch' | 'chatTemplateKwargs'>
  setup(): Promise<EvaluationSetup>
}

/** Evaluates a model folder or checkpoint on held-out problems: of an environment, or as a run is evaluated. */
export async function evalCommand(host: Host, services: Services, model: string, options: EvalOptions): Promise<ExitCode> {
  const { engine: name, workspace, asked, setup: makeSetup } = sourceOf(host, services, options)
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  const line = new ProgressLine(host.stderr)
  try {
    if (options.rerank !== undefined) refuseMissingModel(options.rerank, host, name, '--rerank')
    const setup = await makeSetup()
    printNotices(host, noticesOf(setup.mixture))
    const { engine, info } = await openModel(services, host, model, { engine: name, threads: options.threads, ...asked })
    try {
      const rank = options.rerank === undefined ? {} : { rank: await ranker(workspace, resolve(host.cwd, options.rerank), setup, options.aggregate, stop.signal) }
      const executor = await workspace.executor(setup.mixture, setup)
      const progress = (done: number, of: number): void => line.show(`${done}/${of} problems`)
      const result = await evaluateModel({ engine, model: info, signal: stop.signal }, { ...setup, ...rank, ...(executor && { executor }) }, progress)
      line.end()
      host.stdout.write(`${options.json ? JSON.stringify(result) : resultText(result)}\n`)
      return EXIT.finished
    } finally {
      await engine.close()
    }
  } catch (error) {
    line.end()
    if (stop.signal.aborted) return EXIT.stopped
    throw error
  } finally {
    dispose()
    await workspace.close()
  }
}

function sourceOf(host: Host, services: Services, options: EvalOptions): Source {
  const { environment, asRun } = options
  if ((environment === undefined) === (asRun === undefined)) {
    throw new LabError('usage', 'usage/option', 'Problems come from an environment or are those of a run.', {
      place: '--environment', remedy: 'Name one of --environment and --as-run.'
    })
  }
  const open = (folder: string, engine: ResolvedRun['engine'], deadlineSeconds: number): Workspace =>
    services.openWorkspace(folder, { ...consentsOf(host, options), deadlineSeconds, engine })
  if (environment !== undefined) {
    const engine = options.engine ?? 'onnx'
    const workspace = open(host.cwd, engine, MODULE_SECONDS)
    return { engine, workspace, setup: () => setupOfEnvironment(workspace, environment, options.options, options) }
  }
  const { run, source } = readRunRecord(labelledRun(host, asRun!).directory)
  const engine = options.engine ?? run.engine
  const workspace = open(dirname(source.path), engine, run.rewardDeadlineSeconds)
  return { engine, workspace, asked: { torch: run.torch, chatTemplateKwargs: run.chatTemplateKwargs }, setup: () => setupOfRun(workspace, run, options) }
}

/** Scores of a step reward model, as its reward gives them; what the grader failed on gets none. */
async function ranker(
  workspace: Workspace, model: string, { sampling: { maxTokens }, turns }: EvaluationSetup, aggregate: StepAggregate, signal: AbortSignal
): Promise<NonNullable<EvaluateOptions['rank']>> {
  const reward = await workspace.reward({ name: 'prm', weight: 1, options: { model, aggregate } })
  return async ({ problem }, { text, tokens, stopReason }, found) => {
    if (!found) return null
    const input = { problem, completion: text, tokens: tokens.length, maxTokens: maxTokens * turns, truncated: stopReason === 'length', ...found }
    return (await reward.score(input, signal)).score
  }
}

function resultText(result: EvaluationResult): string {
  return [
    setLine(result),
    table(evaluationRows(result)),
    `  Value [95 % interval over problems]. Share truncated ${share(result.truncated)}; ${amount(result.meanTokens)} tokens on average.`
  ].join('\n')
}
