import { agreementMeasures } from '../../evals/agreement/agreementMeasures.ts'
import { disagreements } from '../../evals/agreement/disagreements.ts'
import { judgementsOf } from '../../evals/agreement/judgements.ts'
import { knownTruth } from '../../evals/agreement/knownTruth.ts'
import type { KnownTruth } from '../../evals/agreement/qualityControl.ts'
import { foldLabels } from '../../labels/store/foldLabels.ts'
import { readLabels } from '../../labels/store/labelReader.ts'
import type { Label } from '../../protocol/label.ts'
import type { AgreementMeasure, Disagreement } from '../../protocol/labelViews.ts'
import { readRolloutTexts } from '../../stores/rolloutTexts.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { estimate, share } from '../terminal/numbers.ts'
import { plainLine } from '../terminal/plainText.ts'
import { definitions, table } from '../terminal/table.ts'

export interface LabelsAgreementOptions {
  readonly labels?: string
  readonly disagreements: boolean
  readonly json: boolean
}

/** How far those who labelled a run agree, or, where that is asked for, on what they differ. */
export async function labelsAgreementCommand(host: Host, run: string, options: LabelsAgreementOptions): Promise<ExitCode> {
  const { directory, folder } = labelledRun(host, run, options.labels)
  const { records, faults } = readLabels(folder)
  for (const { file, line, message } of faults) host.stderr.write(`${plainLine(`${file}:${line}: ${message}`)}\n`)
  const labels = foldLabels(records)
  const found = options.disagreements ? disagreements(judgementsOf(labels)).map(({ at: _, ...rest }) => rest) : await measuresOf(directory, labels)
  if (options.json) for (const one of found) host.stdout.write(`${JSON.stringify(one)}\n`)
  else host.stdout.write(options.disagreements ? differing(found as Disagreement[]) : agreeing(found as AgreementMeasure[]))
  return EXIT.finished
}

async function measuresOf(directory: string, labels: readonly Label[]): Promise<AgreementMeasure[]> {
  const controlled = new Set(labels.filter(({ qualityControl }) => qualityControl).map(({ rollout }) => rollout))
  const truths = new Map<string, KnownTruth>()
  await readRolloutTexts(directory, controlled, (rollout) => truths.set(rollout.id, knownTruth(rollout)))
  return [...agreementMeasures(labels, (rollout) => truths.get(rollout))]
}

function agreeing(measures: readonly AgreementMeasure[]): string {
  if (measures.length === 0) return 'Nothing here was judged: agreement is told of verdicts, ratings, first errors, preferences, marked text and label sets.\n'
  const told = new Map(measures.map(({ title, definition }) => [title.replace(/^.*?: /, ''), definition]))
  return [
    table([['measure', 'between', 'value', 'items'], ...measures.map((one) => [plainLine(one.title), plainLine(one.between), valueOf(one), String(one.items)])]),
    '', definitions([...told]), ''
  ].join('\n')
}

function valueOf({ value, low, high, why }: AgreementMeasure): string {
  if (value === null) return `– (${why ?? 'not defined'})`
  return low === null || high === null ? share(value) : estimate({ value, low, high })
}

function differing(found: readonly Disagreement[]): string {
  if (found.length === 0) return 'Nobody differs.\n'
  const rows = found.map(({ rollout, kind, step, opinions }): [string, string] => [
    plainLine(`${rollout} ${step === undefined ? kind : `${kind} of step ${step + 1}`}`), opinions.map(({ labeler, says }) => plainLine(`${labeler}: ${says}`)).join('; ')
  ])
  return `${definitions(rows)}\n`
}
