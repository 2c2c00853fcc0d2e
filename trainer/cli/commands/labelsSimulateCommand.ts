import path from 'node:path'
import { LabError } from '../../errors.ts'
import { Labeler } from '../../protocol/label.ts'
import { hash32 } from '../../random/random.ts'
import { openLabelWriter } from '../../labels/store/labelLog.ts'
import type { ScriptedLabeler } from '../../labels/scripted/judgement.ts'
import { SCRIPTED_PREFIX, scriptedLabels } from '../../labels/scripted/scriptedLabels.ts'
import { readRolloutTexts } from '../../stores/rolloutTexts.ts'
import type { RolloutTexts } from '../../stores/rolloutTexts.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { writeCritique } from '../labels/critiqueWords.ts'
import { labelledRun } from '../labels/labelledRun.ts'

export interface LabelsSimulateOptions {
  readonly count: number
  readonly name: string
  readonly errorRate: number
  readonly laziness: number
  readonly bias: number
  readonly seed: number
  readonly from: 'train' | 'evaluation' | 'all'
  readonly which: 'all' | 'wrong' | 'right'
  readonly wholeTraces: boolean
  readonly labels?: string
  readonly json: boolean
}

/** Their labels go to the disk in one piece. */
const ROLLOUTS_AT_ONCE = 50

/** Lets a scripted labeler, an oracle with faults, label rollouts drawn by the seed among those whose truth is recorded. */
export async function labelsSimulateCommand(host: Host, run: string, options: LabelsSimulateOptions): Promise<ExitCode> {
  const { directory, folder } = labelledRun(host, run, options.labels)
  const labeler = scriptedLabeler(options)
  const drawn = await drawRollouts(directory, options)
  if (drawn.length === 0) throw new LabError('dataset', 'label/no-truth', `The run has no rollout of which a step or the answer is known to be ${options.which === 'all' ? 'right or wrong' : options.which}.`, { remedy: 'Choose a run whose environment checks steps or answers, or other rollouts with --which.' })
  const writer = openLabelWriter({ folder, labeler: `${SCRIPTED_PREFIX}${labeler.name}` })
  let labels = 0
  for (let i = 0; i < drawn.length; i += ROLLOUTS_AT_ONCE) {
    labels += writer.append(drawn.slice(i, i + ROLLOUTS_AT_ONCE).flatMap((rollout) => scriptedLabels(rollout, labeler, path.basename(directory), new Date(), writeCritique))).length
  }
  const result = { labeler: `${SCRIPTED_PREFIX}${labeler.name}`, rollouts: drawn.length, labels, file: writer.file }
  host.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${result.labeler}: ${labels} labels on ${drawn.length} rollouts, in ${path.relative(host.cwd, writer.file)}\n`)
  return EXIT.finished
}

function scriptedLabeler({ name, errorRate, laziness, bias, seed, wholeTraces }: LabelsSimulateOptions): ScriptedLabeler {
  if (Labeler.safeParse(`${SCRIPTED_PREFIX}${name}`).success) return { name, errorRate, laziness, bias, seed, readsOn: wholeTraces }
  throw new LabError('usage', 'usage/option', `--name is ${JSON.stringify(name.slice(0, 80))}.`, { place: '--name', remedy: 'Allowed: up to 31 letters, digits, ".", "_" and "-".' })
}

/** The `count` rollouts whose ids, mixed with the seed, come first: the same for every labeler with that seed. */
async function drawRollouts(run: string, { count, seed, which, from }: LabelsSimulateOptions): Promise<RolloutTexts[]> {
  let drawn: { readonly rollout: RolloutTexts; readonly rank: number }[] = []
  const cut = (): void => void (drawn = drawn.sort((a, b) => a.rank - b.rank || (a.rollout.id < b.rollout.id ? -1 : 1)).slice(0, count))
  await readRolloutTexts(run, undefined, (rollout) => {
    if (rollout.superseded || (from !== 'all' && rollout.kind !== from) || !isKnown(rollout, which)) return
    drawn.push({ rollout, rank: hash32('drawn to label', seed, rollout.id) })
    if (drawn.length > 2 * count + 1000) cut()
  })
  cut()
  return drawn.map(({ rollout }) => rollout)
}

function isKnown({ correct, steps }: RolloutTexts, which: LabelsSimulateOptions['which']): boolean {
  if (which !== 'all') return correct === (which === 'right')
  return correct !== null || steps.some(({ ok }) => ok !== null)
}
