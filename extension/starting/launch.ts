import { dirname } from 'node:path'
import * as vscode from 'vscode'
import type { StartRequest } from '../contracts/trainers.ts'
import { errorText } from '../errorText.ts'
import { runsFolderFor } from '../settings/settings.ts'
import type { Shell } from '../shell.ts'
import { newRunDirectory } from '../trainers/runDirectoryName.ts'
import { exists } from './samples.ts'
import { mayExecute } from './trust.ts'

/** The trainer refuses a module that nobody has approved. */
const NOT_APPROVED = 'trust/not-approved'

/** What to start, once people have chosen. */
export interface Launch {
  /** Absolute path of the run file. */
  readonly file: string
  readonly overrides?: readonly string[]
  /** One run each; none = the run file's own seed. */
  readonly seeds?: readonly number[]
}

/** Starts the run or runs, or queues them, and opens what shows them. Undefined = not started, and people were told why. */
export async function launch(shell: Shell, { file, overrides = [], seeds }: Launch): Promise<readonly string[] | undefined> {
  if (!(await mayExecute('Starting a run'))) return undefined
  const { threads } = shell.settings.current
  const runsFolder = runsFolderFor(file, shell.context)
  await shell.samples.ready()
  await saveIfOpen(file)
  await prepareRunsFolder(runsFolder)
  const settings = [...(threads > 0 ? [`threads=${threads}`] : []), ...overrides]
  const started: Started[] = []
  for (const seed of seeds ?? [undefined]) {
    const directory = newRunDirectory(file, runsFolder)
    const made = await startShown(shell, { file, overrides: settings, directory, ...(seed !== undefined && { seed }) })
    if (!made) break
    started.push(made)
  }
  if (started.length === 0) return undefined
  await shell.runs.reload()
  const queued = started.filter((each) => each.queued).length
  if (queued > 0) vscode.window.setStatusBarMessage(`$(clock) ${queued === 1 ? 'The run waits' : `${queued} runs wait`} in the queue for the device.`, 6000)
  return started.map(({ directory }) => directory)
}

type Started = Awaited<ReturnType<Shell['trainers']['start']>>

/** What is not shown at once: the run waits for its device. */
class Queued extends Error {}

/** Starts a run; where it need not wait, the pages that show it load while its trainer starts. */
async function startShown(shell: Shell, request: StartRequest): Promise<Started | undefined> {
  const starting = startApproved(shell, request)
  if (shell.trainers.deviceIsFree) {
    await shell.views.openStarting(request.directory, starting.then((made) => {
      if (!made || made.queued) throw new Queued()
    }))
    return starting
  }
  const made = await starting
  if (made && !made.queued) await openLive(shell, [made.directory])
  return made
}

/** Code that the run file names runs only where people say so, for once or for good. */
async function startApproved({ trainers, lab }: Shell, request: StartRequest): Promise<Started | undefined> {
  return withApproval(lab, request.file, (trustModules) => trainers.start({ ...request, ...(trustModules && { trustModules }) }))
}

/**
 * Does it; where the trainer refuses code that nobody has approved, asks and does it again.
 * @param file run file, or file of a run, whose modules are approved. @returns undefined where people decline.
 */
export async function withApproval<T>(lab: Shell['lab'], file: string, start: (trustModules: boolean) => Promise<T>): Promise<T | undefined> {
  try {
    return await start(false)
  } catch (error) {
    if ((error as { code?: unknown }).code !== NOT_APPROVED) throw error
    const answer = await askToApprove(errorText(error))
    if (answer === undefined) return undefined
    if (answer === 'once') return start(true)
  }
  const { code, errors } = await lab.run(['trust', file], { cwd: dirname(file), onLine: () => undefined })
  if (code !== 0) throw new Error(errors)
  return start(false)
}

async function askToApprove(why: string): Promise<'once' | 'always' | undefined> {
  const [once, always] = ['Run It This Once', 'Approve These Versions']
  const detail = `${why} Code of a workspace can do what you can do. Read it before you let it run; a changed byte asks again.`
  const answer = await vscode.window.showWarningMessage('The run file names code of this workspace.', { modal: true, detail }, once, always)
  if (answer === undefined) return undefined
  return answer === once ? 'once' : 'always'
}

/** Dashboard behind, inspector in front, following: the first rollout is on screen when it is there. */
export async function openLive({ views, settings }: Pick<Shell, 'views' | 'settings'>, runs: readonly string[]): Promise<void> {
  await views.openDashboard(runs)
  await views.openInspector({ runs, follow: settings.current.follow })
}

/** The trainer reads the file from the disk. */
async function saveIfOpen(file: string): Promise<void> {
  const open = vscode.workspace.textDocuments.find(({ uri, isDirty }) => isDirty && uri.scheme === 'file' && uri.fsPath === file)
  if (open && !(await open.save())) throw new Error('The run file has unsaved changes and could not be saved. Save it and start again.')
}

/** Runs are large and made again at will: kept out of git wherever they lie. */
export async function prepareRunsFolder(runsFolder: string): Promise<void> {
  const folder = vscode.Uri.file(runsFolder)
  await vscode.workspace.fs.createDirectory(folder)
  const ignore = vscode.Uri.joinPath(folder, '.gitignore')
  if (!(await exists(ignore))) await vscode.workspace.fs.writeFile(ignore, Buffer.from('*\n'))
}
