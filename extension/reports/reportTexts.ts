import type { RunComparison } from '../../trainer/protocol/runViews.ts'
import type { EvaluationResult } from '../../trainer/protocol/summary.ts'
import { plainLine } from '../plainText.ts'
import { columns, estimate } from './columns.ts'

/** One line of `lab doctor --json`. */
export interface SetupFinding {
  readonly name: string
  readonly state: 'ok' | 'missing' | 'broken'
  readonly required: boolean
  readonly detail: string
  readonly remedy?: string
}

/** What of the editor a setup report tells besides. */
export interface EditorFacts {
  readonly version: string
  readonly extension: string
  readonly remote: string | undefined
  readonly trusted: boolean
  readonly runsFolder: string
}

export function setupReport(findings: readonly SetupFinding[], fit: boolean, editor: EditorFacts): string {
  const mark = ({ state, required }: SetupFinding): string => (state === 'ok' ? '✓' : required ? '✗' : '–')
  const rows = findings.map((finding) => [mark(finding), finding.name, `${plainLine(finding.detail, 400)}${mark(finding) === '✗' ? ' (required)' : ''}`])
  const remedies = findings.flatMap(({ name, state, remedy }) => (state === 'ok' || remedy === undefined ? [] : [`  ${name}: ${plainLine(remedy, 400)}`]))
  return [
    fit ? 'Ready to train.' : 'Cannot train yet: mend what is marked ✗.', '',
    columns(rows), '',
    ...(remedies.length > 0 ? ['What would mend what is missing (only what is required is needed):', ...remedies, ''] : []),
    columns([
      ['VS Code', editor.version], ['Rollout Lab', editor.extension], ['runs on', editor.remote ?? 'this machine'],
      ['workspace', editor.trusted ? 'trusted' : 'restricted: runs can be read, nothing starts'], ['runs folder', plainLine(editor.runsFolder, 400)]
    ]), ''
  ].join('\n')
}

/** What a dry run prints, `lab run --dry-run --json`. */
export interface PlanFacts {
  readonly run: { readonly name: string; readonly engine: string; readonly model: unknown; readonly seed: number }
  readonly stages: readonly { readonly name: string; readonly algorithm: string; readonly steps: number; readonly rolloutsPerStep: number; readonly tokensPerStep: number }[]
  readonly evaluation: { readonly problems: number; readonly elsewhere: number; readonly rollouts: number; readonly during?: { readonly every: number; readonly problems: number } }
  readonly examples: readonly { readonly environment: string; readonly prompt: string }[]
  readonly notices: readonly string[]
}

export function planReport(plan: PlanFacts): string {
  const { run } = plan
  const model = typeof run.model === 'string' ? run.model : 'a new model'
  return [
    'What the run would do. Nothing was started and nothing was written.', '',
    columns([
      ['run', plainLine(run.name)], ['engine', run.engine], ['model', plainLine(model, 400)], ['seed', String(run.seed)],
      ...plan.stages.map((stage) => [`stage ${plainLine(stage.name, 40)}`, stageText(stage)]),
      ['evaluation', evaluationText(plan.evaluation)]
    ]), '',
    ...plan.notices.map((notice) => `Note: ${plainLine(notice, 400)}`),
    ...plan.examples.flatMap(({ environment, prompt }) => [`One problem of ${plainLine(environment, 60)}:`, indented(prompt), '']),
    'The run file with recipe and defaults filled in:', indented(JSON.stringify(run, null, 2)), ''
  ].join('\n')
}

function evaluationText({ problems, elsewhere, rollouts, during }: PlanFacts['evaluation']): string {
  if (problems + elsewhere === 0) return 'none: no problems are held out'
  const sets = [...(problems > 0 ? [`${problems} held-out problems`] : []), ...(elsewhere > 0 ? [`${elsewhere} of other sets to watch`] : [])]
  return `${sets.join(' and ')}, ${rollouts} completions, before and after${during === undefined ? '' : `; ${during.problems} problems every ${during.every} steps`}`
}

function stageText({ algorithm, steps, rolloutsPerStep, tokensPerStep }: PlanFacts['stages'][number]): string {
  if (rolloutsPerStep === 0) return `${algorithm}, ${steps} steps on demonstrations`
  return `${algorithm}, ${steps} steps of ${rolloutsPerStep} rollouts and at most ${tokensPerStep} tokens`
}

export interface EvaluationFacts {
  readonly checkpoint: string
  readonly run: string
  readonly result: EvaluationResult
}

export function evaluationReport({ checkpoint, run, result }: EvaluationFacts): string {
  const passes = Object.entries(result.passAtK).map(([k, value]) => [`pass@${k}`, estimate(value)])
  return [
    `${plainLine(checkpoint, 100)} of ${plainLine(run, 100)} on ${result.problems} held-out problems of ${plainLine(result.environment, 60)},`,
    `${result.samplesPerProblem} completions of each at temperature ${result.temperature}.`, '',
    columns([
      ...passes, ...(result.greedy ? [['greedy', estimate(result.greedy)]] : []), ...(result.stepTruth ? [['true steps', estimate(result.stepTruth)]] : []),
      ['truncated', estimate({ value: result.truncated })], ['mean length', `${result.meanTokens.toFixed(1)} tokens`]
    ]), '',
    'pass@k: chance that at least one of k completions of a problem is right (unbiased estimate). Brackets: 95 % interval over problems.', ''
  ].join('\n')
}

/**
 * What tells runs apart, in words: of config, git state and data.
 * @param names by the directory of the run
 */
export function differencesReport(names: ReadonlyMap<string, string>, { compared, unreadable, differences, same }: RunComparison): string {
  const nameOf = (run: string) => plainLine(names.get(run) ?? run, 120)
  const left = unreadable.map(({ run, problem }) => `Left out: ${nameOf(run)}. ${plainLine(problem, 1000)}`)
  if (compared.length < 2) return ['Fewer than two of these runs can be read: there is nothing to compare.', ...left, ''].join('\n')
  const legend = compared.map((run, i) => `  ${letter(i)}  ${nameOf(run)}`)
  const entries = differences.flatMap(({ path, values }) => [
    plainLine(path, 200), ...values.map((value, i) => `  ${letter(i)}  ${value === null ? '(absent)' : plainLine(value, 2000)}`), ''
  ])
  const count = differences.length === 1 ? '1 field differs' : `${differences.length} fields differ`
  return [`${count}, ${same} are the same.`, ...left, '', ...legend, '', ...entries].join('\n')
}

const letter = (i: number): string => String.fromCharCode('A'.charCodeAt(0) + i)
const indented = (text: string): string => text.split('\n').map((line) => `  ${line}`).join('\n')
