import path from 'node:path'
import { readLabelSets } from '../../labels/labelSets/readLabelSets.ts'
import { rubricStanding } from '../../labels/labelSets/checkScores.ts'
import { foldLabels } from '../../labels/store/foldLabels.ts'
import { mergesLines } from '../../labels/store/gitFiles.ts'
import { readLabels } from '../../labels/store/labelReader.ts'
import type { Label } from '../../protocol/label.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { findOrphans, ORPHAN_WORDS } from '../labels/orphans.ts'
import { plainLine } from '../terminal/plainText.ts'
import { definitions } from '../terminal/table.ts'

export interface LabelsCheckOptions {
  readonly labels?: string
  readonly json: boolean
}

/** Looks over the label files of a run. What cannot be read makes the exit code 1; orphans and answers to earlier schemas are listed. */
export async function labelsCheckCommand(host: Host, run: string, { labels, json }: LabelsCheckOptions): Promise<ExitCode> {
  const { directory, folder } = labelledRun(host, run, labels)
  const { records, faults, files } = readLabels(folder)
  const folded = foldLabels(records)
  const orphans = (await findOrphans(directory, folded)).map(({ label, reason }) => ({ id: label.id, rollout: label.rollout, labeler: label.labeler, reason }))
  const { sets, faults: setFaults } = readLabelSets(path.join(path.dirname(path.dirname(folder)), 'label-sets'))
  const rubrics = standings(folded, (opinion) => rubricStanding(opinion, sets))
  const merges = files.length === 0 || mergesLines(path.dirname(folder))
  const found = { folder, files: files.length, records: records.length, labels: folded.length, labelers: [...new Set(folded.map(({ labeler }) => labeler))].sort(), faults, orphans, rubrics, merges }
  host.stdout.write(json ? `${JSON.stringify(found)}\n` : report(host, found))
  for (const { message, remedy } of setFaults) host.stderr.write(`${plainLine(`${message} ${remedy}`)}\n`)
  return faults.length > 0 || setFaults.length > 0 ? EXIT.failed : EXIT.finished
}

type Standing = ReturnType<typeof rubricStanding>

function standings(labels: readonly Label[], standingOf: (opinion: Extract<Label['opinion'], { kind: 'rubric' }>) => Standing): Readonly<Record<Standing, number>> {
  const counts = { current: 0, earlierFits: 0, earlierMisfit: 0, setGone: 0 }
  for (const { opinion } of labels) if (opinion.kind === 'rubric') counts[standingOf(opinion)]++
  return counts
}

interface Found {
  readonly folder: string
  readonly files: number
  readonly records: number
  readonly labels: number
  readonly labelers: readonly string[]
  readonly faults: ReturnType<typeof readLabels>['faults']
  readonly orphans: readonly { readonly id: string; readonly rollout: string; readonly labeler: string; readonly reason: keyof typeof ORPHAN_WORDS }[]
  readonly rubrics: Readonly<Record<Standing, number>>
  readonly merges: boolean
}

function report(host: Host, found: Found): string {
  const { faults, orphans, rubrics } = found
  const lines = [
    definitions([
      ['labels', `${found.labels} of ${found.labelers.map((labeler) => plainLine(labeler)).join(', ') || 'nobody'}`],
      ['records', `${found.records} in ${found.files} file(s) of ${plainLine(path.relative(host.cwd, found.folder) || found.folder)}`],
      ['unreadable', String(faults.length)],
      ['orphaned', String(orphans.length)]
    ]),
    ...faults.map(({ file, line, message }) => plainLine(`  ${path.relative(host.cwd, file)}:${line}: ${message}`)).map((line) => `  ${line}`),
    ...orphans.map(({ id, rollout, labeler, reason }) => `  ${plainLine(`${id} of ${labeler} on ${rollout}: ${ORPHAN_WORDS[reason]}`)}`),
    ...rubricLines(rubrics),
    ...(found.merges ? [] : ['  .gitattributes beside the labels does not say "*.jsonl merge=union": git may meet conflicts in them.'])
  ]
  return `${lines.join('\n')}\n`
}

function rubricLines({ earlierFits, earlierMisfit, setGone }: Found['rubrics']): string[] {
  return [
    ...(earlierFits > 0 ? [`  ${earlierFits} answer(s) were given to an earlier version of their label set and fit the present one.`] : []),
    ...(earlierMisfit > 0 ? [`  ${earlierMisfit} answer(s) were given to an earlier version of their label set and do not fit the present one; they are kept.`] : []),
    ...(setGone > 0 ? [`  ${setGone} answer(s) were given to a label set that is gone; they are kept.`] : [])
  ]
}
