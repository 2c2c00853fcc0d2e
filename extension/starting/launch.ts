import * as vscode from 'vscode'
import type { StartRequest } from '../contracts/trainers.ts'
import { runsFolderFor } from '../settings/settings.ts'
import { plainLine } from '../plainText.ts'
import type { Shell } from '../shell.ts'
import { cancellable } from '../trainers/cancellable.ts'
import { engineOfFile } from '../trainers/deviceOf.ts'
import { labelOfFile, newRunDirectory } from '../trainers/runDirectoryName.ts'
import { consenting } from './consent.ts'
import type { Consented } from './refusals.ts'
import { exists } from './samples.ts'
import { slowStart } from './slowStart.ts'
import type { Show } from './slowStart.ts'
import { mayExecute } from './trust.ts'

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
  const { threads, device } = shell.settings.current
  const runsFolder = runsFolderFor(file, shell.context)
  await shell.samples.ready()
  await saveIfOpen(file)
  await prepareRunsFolder(runsFolder)
  const settings = [...(threads > 0 ? [`threads=${threads}`] : []), ...deviceSetting(file, overrides, device), ...overrides]
  const consented = consenting({ lab: shell.lab, file })
  const started: Started[] = []
  for (const seed of seeds ?? [undefined]) {
    const directory = newRunDirectory(file, runsFolder)
    const made = await startShown(shell, { file, overrides: settings, directory, ...(seed !== undefined && { seed }) }, consented)
    if (!made) break
    started.push(made)
  }
  if (started.length === 0) return undefined
  await shell.runs.reload()
  sayQueued(started.filter((each) => each.queued).length)
  return started.map(({ directory }) => directory)
}

export function sayQueued(count: number): void {
  if (count > 0) vscode.window.setStatusBarMessage(`$(clock) ${count === 1 ? 'The run waits' : `${count} runs wait`} in the queue for the device.`, 6000)
}

/** What the machine's settings say of the device stands where the run file is silent. */
function deviceSetting(file: string, overrides: readonly string[], device: string): readonly string[] {
  const said = engineOfFile(file, overrides)
  return said.engine === 'torch' && said.device === undefined && device !== 'auto' ? [`torch.device=${device}`] : []
}

type Started = Awaited<ReturnType<Shell['trainers']['start']>>

/** What is not shown at once: the run waits for its device. */
class Queued extends Error {}

/** Starts a run; where it need not wait, the pages that show it load while its trainer starts. */
export async function startShown(shell: Shell, request: StartRequest, consented: Consented): Promise<Started | undefined> {
  const title = `Starting ${plainLine(labelOfFile(request.file), 60)}`
  const starting = consented((consents) => slowStart((signal) => shell.trainers.start({ ...request, ...consents }, signal), showStart(title)))
  if (shell.trainers.startsNow(request)) {
    await shell.views.openStarting(request.directory, starting.then((made) => {
      if (!made || made.queued) throw new Queued()
    }))
    return starting
  }
  const made = await starting
  if (made && !made.queued) await openLive(shell, [made.directory])
  return made
}

/** In a notification with a button that cancels. */
export const showStart = (title: string): Show => (cancel, settled) => void cancellable(title, async (signal) => {
  signal.addEventListener('abort', cancel, { once: true })
  await settled
})

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
