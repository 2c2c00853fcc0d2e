import * as vscode from 'vscode'
import type { Disagreement } from '../../trainer/protocol/labelViews.ts'
import type { NewRecord } from '../contracts/labels.ts'
import { plainLine } from '../plainText.ts'
import { agreementReport, opinionsOf, subjectOf } from '../reports/agreementReport.ts'
import { nameOf } from '../runs/runWords.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { chooseRunToLabel } from './chooseRun.ts'

const LISTED = 500
const ADJUDICATE = 'Adjudicate Disagreements'

export const showAgreement: CommandHandler = async (shell, ...given) => {
  const run = await chooseRunToLabel(shell, given, 'Show Agreement of Labels')
  if (!run) return
  const { queries, labels, reports } = shell
  const { directory } = run.card
  await labels.follow(directory)
  const options = { location: vscode.ProgressLocation.Window, title: 'Measuring agreement' }
  const [measures, differing] = await vscode.window.withProgress(options, () =>
    Promise.all([queries.ask('labels/agreement', { run: directory }), queries.ask('labels/disagreements', { run: directory, offset: 0, limit: LISTED })]))
  await reports.show(`Agreement of labels, ${nameOf(run)}`, agreementReport(nameOf(run), measures, differing))
}

/** One disagreement after another, until none is left or people have had enough: the trace stands open while they decide. */
export const adjudicate: CommandHandler = async (shell, ...given) => {
  const run = await chooseRunToLabel(shell, given, ADJUDICATE)
  if (!run) return
  const { directory } = run.card
  await shell.labels.follow(directory)
  for (;;) {
    const { count, rows } = await shell.queries.ask('labels/disagreements', { run: directory, offset: 0, limit: LISTED })
    const chosen = count === 0 ? await nothingLeft() : await chooseDisagreement(rows, count)
    if (!chosen) return
    await shell.views.openDocument({ run: directory, id: chosen.rollout })
    const settled = await chooseOpinion(chosen)
    if (settled !== undefined) await settle(shell, directory, chosen, settled)
  }
}

async function nothingLeft(): Promise<undefined> {
  await vscode.window.showInformationMessage('Those who labelled this run differ on nothing.')
  return undefined
}

async function chooseDisagreement(rows: readonly Disagreement[], count: number): Promise<Disagreement | undefined> {
  const items = rows.map((row) => ({ label: subjectOf(row), description: plainLine(row.rollout, 100), detail: opinionsOf(row), row }))
  const options = { title: `${ADJUDICATE}: ${count} left`, matchOnDescription: true, matchOnDetail: true, placeHolder: 'Which one' }
  return (await vscode.window.showQuickPick(items, options))?.row
}

/** What is right, among what was said. */
async function chooseOpinion({ opinions }: Disagreement): Promise<string | undefined> {
  const says = [...new Set(opinions.map((opinion) => opinion.says))]
  const items = says.map((one) => ({ label: plainLine(one, 200), description: plainLine(opinions.filter((opinion) => opinion.says === one).map(({ labeler }) => labeler).join(', '), 200), one }))
  return (await vscode.window.showQuickPick(items, { title: ADJUDICATE, placeHolder: 'What is right? Escape leaves it open.', ignoreFocusOut: true }))?.one
}

/** Resolves the opinions that lost: they stay on record, and count no longer. */
async function settle({ labels }: Shell, run: string, { opinions }: Disagreement, right: string): Promise<void> {
  const records: NewRecord[] = []
  for (const { label: id, rollout } of opinions.filter(({ says }) => says !== right)) {
    const label = (await labels.of({ run, id: rollout })).find((one) => one.id === id)
    if (!label) continue
    const { problemId, anchor } = label
    records.push({ rollout, problemId, anchor, opinion: { kind: 'resolved', of: label.firstId, resolved: true } })
  }
  if (records.length > 0) await labels.append(run, records)
}
