import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import { isRewardFile } from '../../trainer/protocol/rewardFile.ts'
import { RedTeamReport } from '../../trainer/protocol/redTeam.ts'
import { plainLine } from '../plainText.ts'
import { activeTrace } from '../ratings/pointedAt.ts'
import { debugReward as startDebugging } from '../rewards/debugging.ts'
import { redTeamReport } from '../rewards/redTeamReport.ts'
import { rescore } from '../rewards/rescoring.ts'
import { chooseRewardFile, openPart, sourcesOf } from '../rewards/rewardFiles.ts'
import type { PartSource } from '../rewards/rewardFiles.ts'
import type { Consents } from '../contracts/trainers.ts'
import type { CommandHandler, Shell } from '../shell.ts'
import { runFilesOfWorkspace } from '../starting/chooseStart.ts'
import { withConsents } from '../starting/consent.ts'
import { consentFlags } from '../starting/consentFlags.ts'
import { gitFlags } from '../starting/gitFlags.ts'
import { mayExecute } from '../starting/trust.ts'
import { cancellable } from '../trainers/cancellable.ts'
import { labError } from '../trainers/labError.ts'
import type { RolloutPlace } from '../../webviews/protocol/inspector.ts'
import { chooseRun } from './chooseRun.ts'

const RESCORE = 'Re-score With Edited Reward'
const DEBUG = 'Debug Reward on This Rollout'
const RED_TEAM = 'Red-Team This Reward'
const NO_RUN = 'There is no run here yet that has rollouts.'
/** Rollouts offered where none is in front. */
const OFFERED = 100

/** The file is saved first: what runs is what is on the disk. */
export const rescoreReward: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute('Re-scoring'))) return
  const file = await chooseRewardFile(`${RESCORE}: reward (1/2)`, given[0])
  if (!file) return
  const run = await chooseRun(shell, [], { title: `${RESCORE}: run (2/2)`, fits: ({ card }) => card.step > 0 || card.status === 'finished', none: NO_RUN })
  if (!run || !(await saved(file))) return
  const request = { run, file, ...(typeof given[1] === 'string' && { functionName: given[1] }) }
  if (await rescore(shell, request)) shell.rescores.follow(request)
}

export const debugReward: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute('Debugging a reward'))) return
  const trace = activeTrace(shell)
  if (trace && !isGivenReward(given[0])) return debugPart(shell, trace.place)
  const file = await chooseRewardFile(`${DEBUG}: reward`, given[0])
  const place = file && await chooseRollout(shell)
  if (!file || !place) return
  const source = (await sourcesOf(shell, place)).find((one) => one.file.fsPath === file.fsPath)
  await startDebugging(debugContext(shell), place, { file, options: source?.reference.options ?? {}, ...nameOf(given[1], source) })
}

const isGivenReward = (given: unknown): boolean => given instanceof vscode.Uri && isRewardFile(given.fsPath)

const nameOf = (given: unknown, source: PartSource | undefined): { readonly functionName?: string } => {
  const name = typeof given === 'string' ? given : source?.reference.function
  return name === undefined ? {} : { functionName: name }
}

/** Of the rollout in front: its part that a file of the workspace gave, or the one that people choose. */
async function debugPart(shell: Shell, place: RolloutPlace): Promise<void> {
  const source = await choosePart(shell, place, DEBUG)
  if (!source) return
  await startDebugging(debugContext(shell), place, { file: source.file, options: source.reference.options, ...nameOf(undefined, source) })
}

export const openReward: CommandHandler = async (shell) => {
  const trace = activeTrace(shell)
  const source = trace && await choosePart(shell, trace.place, 'Open Reward of This Rollout')
  if (source) await openPart(source)
  else if (!trace) void vscode.window.showInformationMessage('Open a rollout as a text document first, or click the reward part in the inspector.')
}

async function choosePart(shell: Shell, place: RolloutPlace, title: string): Promise<PartSource | undefined> {
  const sources = await sourcesOf(shell, place)
  if (sources.length === 0) {
    void vscode.window.showInformationMessage('No reward part of this rollout comes from a file of this workspace.')
    return undefined
  }
  if (sources.length === 1) return sources[0]
  const items = sources.map((source) => ({ label: plainLine(source.name, 80), description: plainLine(vscode.workspace.asRelativePath(source.file), 120), source }))
  return (await vscode.window.showQuickPick(items, { title, placeHolder: 'Which reward part' }))?.source
}

/** The rollout in front, else one of the newest of a run. */
async function chooseRollout(shell: Shell): Promise<RolloutPlace | undefined> {
  const trace = activeTrace(shell)
  if (trace) return trace.place
  const run = await chooseRun(shell, [], { title: `${DEBUG}: run`, fits: ({ card }) => card.step > 0 || card.status === 'finished', none: NO_RUN })
  if (!run) return undefined
  const { directory } = run.card
  const view = await shell.queries.ask('rollouts/open', { runs: [directory], filter: { kinds: ['train'] }, sort: { by: 'recorded', descending: true }, by: 'rollouts', follow: false })
  try {
    const { rows } = await shell.queries.ask('rollouts/page', { view: view.view, offset: 0, limit: OFFERED })
    const items = rows.map(({ id, reward, correct, step }) => {
      const verdict = correct === null ? 'not scorable' : correct ? 'right' : 'wrong'
      return { label: plainLine(id, 80), description: `step ${step}, ${verdict}, reward ${reward === null ? '–' : reward.toFixed(3)}`, id }
    })
    const chosen = await vscode.window.showQuickPick(items, { title: `${DEBUG}: rollout`, matchOnDescription: true, placeHolder: 'On which rollout' })
    return chosen && { run: directory, id: chosen.id }
  } finally {
    await shell.queries.ask('rollouts/close', { view: view.view })
  }
}

const debugContext = ({ lab, queries, context: extension, log }: Shell) => ({ lab, queries, extension, log })

export const redTeamReward: CommandHandler = async (shell, ...given) => {
  if (!(await mayExecute('Trying cheats'))) return
  const file = await runFileOf(given[0])
  if (file === undefined) return
  const report = await withConsents({ lab: shell.lab, file }, (consents) => runRedTeam(shell, file, consents))
  if (report) await shell.reports.show(`Red team of ${plainLine(basename(file), 60)}`, redTeamReport(basename(file), report))
}

async function runRedTeam({ lab }: Shell, file: string, consents: Consents): Promise<RedTeamReport | undefined> {
  return cancellable(`Trying cheats on the rewards of ${plainLine(basename(file), 60)}`, async (signal) => {
    let report: RedTeamReport | undefined
    const onLine = (line: unknown): void => {
      const parsed = RedTeamReport.safeParse(line)
      if (parsed.success) report = parsed.data
    }
    const { code, ...said } = await lab.run(['redteam', file, '--json', ...consentFlags(consents), ...gitFlags()], { cwd: dirname(file), onLine, signal })
    // Paid cheats are a finding, not a failure of the command.
    if (!report) throw labError(said, `The red team ended with code ${code}.`)
    return report
  })
}

/** Cheats are tried on problems: a reward is tried as the run files that name it use it. */
async function runFileOf(given: unknown): Promise<string | undefined> {
  const front = given instanceof vscode.Uri ? given : vscode.window.activeTextEditor?.document.uri
  if (front?.scheme === 'file' && front.path.endsWith('.run.json')) return front.fsPath
  const reward = await chooseRewardFile(`${RED_TEAM}: reward`, front)
  if (!reward || !(await saved(reward))) return undefined
  const name = basename(reward.fsPath)
  const naming = await filesNaming(name)
  if (naming.length === 0) {
    const none = `No run file of this workspace names ${plainLine(name, 80)}.`
    void vscode.window.showInformationMessage(`${none} Name it among the rewards of one: cheats are tried on the problems of that run file.`)
    return undefined
  }
  if (naming.length === 1) return naming[0]
  const items = naming.map((file) => ({ label: plainLine(basename(file), 80), description: plainLine(vscode.workspace.asRelativePath(file), 120), file }))
  return (await vscode.window.showQuickPick(items, { title: `${RED_TEAM}: run file`, placeHolder: 'On the problems of which run file' }))?.file
}

async function filesNaming(name: string): Promise<readonly string[]> {
  const files = await runFilesOfWorkspace()
  const texts = await Promise.all(files.map(async (file) => ({ file, text: await readFile(file, 'utf8').catch(() => '') })))
  return texts.filter(({ text }) => text.includes(name)).map(({ file }) => file)
}

async function saved(file: vscode.Uri): Promise<boolean> {
  const open = vscode.workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.toString() === file.toString())
  return !open || (await open.save())
}
