import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { installExtension, processesOf, startServer } from '../../scripts/vscodeServer.mjs'
import type { ServerOptions, VscodeServer } from '../../scripts/vscodeServer.mjs'
import { launchBrowser } from './browser.ts'
import { packagedExtension } from './packagedExtension.ts'
import { Workbench } from './workbench.ts'

/** A fresh installation of the packaged extension with a workspace of its own, and a browser to look at it. */
export interface Session {
  readonly server: VscodeServer
  readonly browser: Browser
  /** The folder that is opened. */
  readonly workspace: string
  /** Where the extension looks for runs. */
  readonly runsFolder: string
  /** The extension's own folder, of all workspaces. */
  readonly globalStorage: string
  open(folder?: string): Promise<Workbench>
  close(): Promise<void>
}

let installed: Promise<string> | undefined

/** Installs the package once for all sessions of this process; resolves to the folder of extensions. */
function installOnce(): Promise<string> {
  installed ??= packagedExtension().then((vsix) => {
    const home = mkdtempSync(join(tmpdir(), 'rollout-lab-extensions-'))
    process.once('exit', () => rmSync(home, { recursive: true, force: true }))
    return installExtension(home, vsix)
  })
  return installed
}

export async function startSession(options: ServerOptions = {}): Promise<Session> {
  const extensions = await installOnce()
  const home = mkdtempSync(join(tmpdir(), 'rollout-lab-browser-'))
  const workspace = join(home, 'workspace')
  const runsFolder = join(workspace, '.rollout-lab', 'runs')
  mkdirSync(runsFolder, { recursive: true })
  // Whatever else trains on this machine must not make a test wait in the queue of the device.
  const settings = { 'rolloutLab.runsPerDevice': 64, ...options.settings }
  const server = await startServer({ home, extensions, ...options, settings })
  const browser = await launchBrowser()
  return {
    server, browser, workspace, runsFolder, globalStorage: join(server.directories.user, 'User', 'globalStorage', 'rollout-lab.rollout-lab'),
    open: (folder = workspace) => Workbench.open(browser, server, folder),
    close: async () => {
      await browser.close()
      await server.close()
      // Trainers outlive windows on purpose; those of this session are known by its folder.
      for (const pid of processesOf(home)) end(pid)
      rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
    }
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
