// Installs and builds what is missing, once, and says so. Runs before anything is installed: Node's own modules only.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('..', import.meta.url))
const installStamp = join(root, 'node_modules', '.rollout-lab-install')
const buildStamp = join(root, 'dist', '.stamp')
const sourceFolders = ['extension', 'webviews', 'trainer', 'scripts']
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Rollout Lab needs Node 20.19 or newer; this is ${process.version}. Install a newer one from your system or nodejs.org.`)
  process.exit(2)
}

export function ensureInstalled() {
  const lock = createHash('sha256').update(readFileSync(join(root, 'package-lock.json'))).digest('hex')
  if (existsSync(installStamp) && readFileSync(installStamp, 'utf8') === lock) return
  console.error('Installing dependencies (npm ci) …')
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { ONNXRUNTIME_NODE_INSTALL: 'skip' })
  writeFileSync(installStamp, lock)
}

const MADE_BY_RUNNING = new Set(['.rollout-lab', '__pycache__', '.pytest_cache'])

/** Newest modification time below the source folders and the `others` (files or folders), in milliseconds. */
export function newestSource(others = []) {
  const ages = (path) => {
    if (!statSync(path).isDirectory()) return [statSync(path).mtimeMs]
    return readdirSync(path).filter((name) => !MADE_BY_RUNNING.has(name)).flatMap((name) => ages(join(path, name)))
  }
  return [...sourceFolders, 'package.json', ...others].map((name) => join(root, name)).filter(existsSync).flatMap(ages).reduce((a, b) => Math.max(a, b))
}

export async function ensureBuilt() {
  if (existsSync(buildStamp) && statSync(buildStamp).mtimeMs > newestSource()) return
  console.error('Building …')
  const { build } = await import('./build.mjs')
  await build()
  mkdirSync(join(root, 'dist'), { recursive: true })
  writeFileSync(buildStamp, '')
}

export function run(command, args, environment = {}) {
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 2, 2], env: { ...process.env, ...environment }, shell: process.platform === 'win32' })
}
