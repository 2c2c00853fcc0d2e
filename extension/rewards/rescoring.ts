import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { Consents } from '../contracts/trainers.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import { nameOf } from '../runs/runWords.ts'
import { plainLine } from '../plainText.ts'
import { reportPath } from '../reports/reportPath.ts'
import { REPORT_SCHEME } from '../reports/reports.ts'
import type { Shell } from '../shell.ts'
import { withConsents } from '../starting/consent.ts'
import { consentFlags } from '../starting/consentFlags.ts'
import { cancellable } from '../trainers/cancellable.ts'
import { labError } from '../trainers/labError.ts'
import { Progress, Rescored, rescoreReport, shownId } from './rescoreReport.ts'

type Parts = Pick<Shell, 'lab' | 'reports' | 'traces' | 'log'>

/** A re-score that was asked for: done again whenever its file is saved, while its report is open. */
export interface RescoreRequest {
  readonly run: ShownRun
  readonly file: vscode.Uri
  /** Which function of the file; default: as the run names it. */
  readonly functionName?: string
}

/** Scores again and shows what changed; undefined = given up. */
export async function rescore(parts: Parts, request: RescoreRequest): Promise<Rescored | undefined> {
  const { file, run } = request
  const startedAt = performance.now()
  const rescored = await withConsents({ lab: parts.lab, file: file.fsPath, asks: ['trust/not-approved'] }, (consents) => runRescore(parts, request, consents))
  if (!rescored) return undefined
  const seconds = (performance.now() - startedAt) / 1000
  const links = rescored.changes.largest.map(({ id }) => ({ text: shownId(id), target: parts.traces.uriOf({ run: run.card.directory, id }) }))
  await parts.reports.show(titleOf(request), rescoreReport(basename(file.fsPath), nameOf(run), rescored, seconds), { beside: true, keepFocus: true, links })
  return rescored
}

const titleOf = ({ file, run }: RescoreRequest): string => `Re-score of ${plainLine(nameOf(run), 60)} with ${plainLine(basename(file.fsPath), 60)}`

async function runRescore({ lab }: Parts, { run, file, functionName }: RescoreRequest, consents: Consents): Promise<Rescored | undefined> {
  const title = `Scoring the rollouts of ${plainLine(nameOf(run), 60)} again`
  return cancellable(title, async (signal, progress) => {
    let rescored: Rescored | undefined
    let shown = 0
    const show = ({ done, of }: Progress): void => {
      const percent = (100 * done) / Math.max(1, of)
      progress.report({ message: `${done.toLocaleString('en-US')} of ${of.toLocaleString('en-US')} rollouts`, increment: percent - shown })
      shown = percent
    }
    const onLine = (line: unknown): void => {
      const told = Progress.safeParse(line).data
      if (told) show(told)
      const parsed = Rescored.safeParse(line)
      if (parsed.success) rescored = parsed.data
    }
    const given = [...(functionName === undefined ? [] : [`--function=${functionName}`]), ...consentFlags(consents)]
    const args = ['rescore', run.card.directory, '--json', `--reward=${file.fsPath}`, ...given]
    const cwd = vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath ?? vscode.Uri.joinPath(file, '..').fsPath
    const { code, ...said } = await lab.run(args, { cwd, onLine, signal })
    if (code !== 0 || !rescored) throw labError(said, `Re-scoring ended with code ${code}.`)
    return rescored
  })
}

/** Does re-scores again when their files are saved. One at a time; a save meanwhile brings one more. */
export interface RescoreWatch extends vscode.Disposable {
  /** From now on; replaces an earlier one of the same file. */
  follow(request: RescoreRequest): void
}

export function watchRescores(parts: Parts): RescoreWatch {
  const followed = new Map<string, RescoreRequest>()
  const busy = new Map<string, 'busy' | 'again'>()
  const again = async (key: string): Promise<void> => {
    const request = followed.get(key)
    if (!request || busy.has(key)) return void (busy.has(key) && busy.set(key, 'again'))
    busy.set(key, 'busy')
    try {
      await rescore(parts, request)
    } catch (error) {
      // The report says what the file was like; what is wrong with it now is told where people look while they write.
      vscode.window.setStatusBarMessage(`$(error) ${plainLine(error instanceof Error ? error.message : String(error), 160)}`, 8000)
      parts.log.warn(`re-score: ${String(error)}`)
    } finally {
      const more = busy.get(key) === 'again'
      busy.delete(key)
      if (more) void again(key)
    }
  }
  const listening = [
    vscode.workspace.onDidSaveTextDocument(({ uri }) => void again(uri.toString())),
    vscode.workspace.onDidCloseTextDocument(({ uri }) => {
      if (uri.scheme !== REPORT_SCHEME) return
      for (const [key, request] of followed) if (uri.path === reportPath(titleOf(request))) followed.delete(key)
    })
  ]
  return {
    follow: (request) => void followed.set(request.file.toString(), request),
    dispose: () => listening.forEach((each) => each.dispose())
  }
}
