// Starts the VS Code server of test/vscode in private folders: nothing of the user's own VS Code is read or written.
import { spawn, spawnSync } from 'node:child_process'
import { createWriteStream, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { serverFolder, serverNode } from './vscode.mjs'

/** Settings under which VS Code asks nothing and calls nobody. */
export const quietSettings = {
  'telemetry.telemetryLevel': 'off',
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'window.autoDetectColorScheme': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.settings.enableNaturalLanguageSearch': false,
  'chat.disableAIFeatures': true,
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'npm.fetchOnlinePackageInfo': false,
  'git.openRepositoryInParentFolders': 'never',
  // It looks for open ports by a process of its own every few seconds, whose start blocks the extension host for up to 100 ms.
  // It does so without the first setting too where a server offers tunnels of its own, as code-server does.
  'remote.autoForwardPorts': false,
  'remote.autoForwardPortsSource': 'output'
}

/**
 * A running server with its own user data, extensions and home.
 * `home`: folder to keep them in (made when missing, kept on close); without it a temporary one that close() removes.
 * `extensions`: folder of what is installed, where it is not that of `home`: several servers may share one.
 */
export async function startServer({ home, extensions, settings = {}, trust = true, testDriver = false, environment = {}, port } = {}) {
  const folder = home ?? mkdtempSync(join(tmpdir(), 'rollout-lab-vscode-'))
  const directories = { ...layOut(folder, settings), ...(extensions ? { extensions } : {}) }
  const chosen = port ?? (await freePort())
  const url = `http://127.0.0.1:${chosen}`
  const args = [
    // Nothing leaves the machine. Compressing it takes a lock that a starved thread may hold, and blocks the extension host for up to 90 ms.
    ...base(directories), '--disable-websocket-compression', '--host', '127.0.0.1', '--port', String(chosen), '--without-connection-token',
    ...(trust ? ['--disable-workspace-trust'] : []), ...(testDriver ? ['--enable-smoke-test-driver'] : [])
  ]
  const child = spawn(serverNode(), args, { env: serverEnvironment(directories, environment), stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const log = createWriteStream(join(folder, 'server.log'), { flags: 'a' })
  child.stdout.pipe(log, { end: false })
  child.stderr.pipe(log, { end: false })
  await healthy(url, child, join(folder, 'server.log'))
  return { url, port: chosen, pid: child.pid, folder, directories, close: () => close(child, folder, home === undefined) }
}

/** Installs a .vsix into the folders that `startServer({ home })` uses; answers that of the extensions. */
export function installExtension(home, vsix) {
  const directories = layOut(home)
  const result = spawnSync(serverNode(), [...base(directories), '--install-extension', vsix, '--force'], { env: serverEnvironment(directories, {}), encoding: 'utf8' })
  if (result.status !== 0 || /failed/i.test(result.stderr)) throw new Error(`VS Code could not install ${vsix}:\n${result.stdout}\n${result.stderr}`)
  return directories.extensions
}

function layOut(folder, settings) {
  const directories = { data: join(folder, 'data'), user: join(folder, 'user'), extensions: join(folder, 'extensions'), home: join(folder, 'home') }
  for (const path of Object.values(directories)) mkdirSync(path, { recursive: true })
  if (!settings) return directories
  writeSettings(directories, settings)
  return directories
}

/** Settings of the user and of the machine: those of an application's scope (telemetry) count in the one, the rest in both. */
export function writeSettings(directories, settings) {
  for (const place of [join(directories.user, 'User'), join(directories.user, 'Machine')]) {
    mkdirSync(place, { recursive: true })
    writeFileSync(join(place, 'settings.json'), JSON.stringify({ ...quietSettings, ...settings }, null, 2))
  }
}

function base({ data, user, extensions }) {
  return [
    join(serverFolder, 'out', 'server-main.js'), '--accept-server-license-terms', '--disable-telemetry',
    '--server-data-dir', data, '--user-data-dir', user, '--extensions-dir', extensions
  ]
}

function serverEnvironment({ home }, environment) {
  return { ...process.env, HOME: home, EXTENSIONS_GALLERY: '{}', ...environment }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}

async function healthy(url, child, log) {
  const until = Date.now() + 60_000
  while (Date.now() < until && child.exitCode === null) {
    const answer = await fetch(`${url}/version`).catch(() => undefined)
    if (answer?.ok) return
    await wait(100)
  }
  throw new Error(`The VS Code server did not start:\n${readFileSync(log, 'utf8').slice(-4000)}`)
}

async function close(child, folder, remove) {
  if (child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
  for (let tries = 0; child.exitCode === null && child.signalCode === null && tries < 50; tries += 1) await wait(100)
  if (child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGKILL')
  if (!remove) return
  // Trainers are detached on purpose: those started from this private folder are recognised by its path.
  for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL')
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

/** Ids of the processes whose command line names this folder (Linux). */
export function processesOf(folder) {
  if (process.platform !== 'linux') return []
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid && commandLine(name).includes(folder)).map(Number)
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // It ended while we looked.
  }
}
