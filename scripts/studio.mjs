// npm run studio: packages the extension for this platform, installs it and opens the samples in VS Code: the desktop one where
// `code` is on the PATH, else a VS Code server in the browser. [--server] takes the server in any case, [--port N] its port.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { packageFor, targetHere } from './package.mjs'
import { ensureInstalled, root } from './prepare.mjs'
import { installVscodeServer } from './vscode.mjs'
import { installExtension, startServer } from './vscodeServer.mjs'

const args = process.argv.slice(2)
const home = process.env.ROLLOUT_LAB_STUDIO ?? join(homedir(), '.rollout-lab-studio')

ensureInstalled()
const workspace = ownSamples()
const [vsix] = await packageFor([targetHere])
if (!args.includes('--server') && onPath('code')) openDesktop(vsix)
else await openServer(vsix)

/** A copy of the samples to work in: runs and edits stay out of the repository. */
function ownSamples() {
  const folder = join(home, 'samples')
  if (existsSync(folder)) return folder
  mkdirSync(home, { recursive: true })
  cpSync(join(root, 'samples'), folder, { recursive: true, filter: (path) => !path.includes('.rollout-lab') })
  for (const file of readdirSync(folder, { recursive: true })) if (file.endsWith('.run.json')) dropSchema(join(folder, file))
  return folder
}

/** The schema that the files name lies in the repository; the editor knows it by their names. */
function dropSchema(file) {
  writeFileSync(file, readFileSync(file, 'utf8').replace(/^\s*"\$schema":.*\n/m, ''))
}

function onPath(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' }).status === 0
}

function openDesktop(vsix) {
  const code = (args) => {
    const { status } = spawnSync('code', args, { stdio: 'inherit', shell: process.platform === 'win32' })
    if (status !== 0) process.exit(status ?? 1)
  }
  code(['--install-extension', vsix, '--force'])
  code(['--new-window', workspace])
  console.log(`Opened ${workspace} in VS Code. In the palette: Rollout Lab: Start Run…`)
}

async function openServer(vsix) {
  installVscodeServer()
  const folder = join(home, 'server')
  mkdirSync(folder, { recursive: true })
  installExtension(folder, vsix)
  const port = args.includes('--port') ? Number(args[args.indexOf('--port') + 1]) : undefined
  const server = await startServer({ home: folder, port, settings: { 'workbench.startupEditor': 'welcomePage' } })
  console.log(`VS Code runs at ${server.url}/?folder=${encodeURIComponent(workspace)}`)
  console.log('Open it in a browser on this machine. In the palette (F1): Rollout Lab: Start Run…   Ctrl-C ends the server; runs go on.')
  const end = () => server.close().then(() => process.exit(0))
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}
