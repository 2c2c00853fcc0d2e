// npm run package [-- --target linux-x64,win32-x64 | --here]: one .vsix per platform in dist/packages/, each with its own binaries only.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ensureInstalled, newestSource, root } from './prepare.mjs'
import { nativeFiles, withoutEngine } from './nativeFiles.mjs'

export const targets = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64', 'win32-x64']
export const targetHere = `${process.platform}-${process.arch}`
const packages = join(root, 'dist', 'packages')
const shipped = ['README.md', 'CHANGELOG.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'LOG.md', 'bench/README.md', 'LICENSE', '.vscodeignore', 'media', 'samples']
/** Names under which vsce packs files of these names. */
const packedNames = { 'README.md': 'readme.md', 'CHANGELOG.md': 'changelog.md', LICENSE: 'LICENSE.txt' }

export const manifest = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
export const vsixPath = (target) => join(packages, `rollout-lab-${target}-${manifest().version}.vsix`)

/** Packages for these targets what changed since it was packaged last; resolves to the paths of the .vsix files. */
export async function packageFor(wanted) {
  ensureInstalled()
  const stale = wanted.filter((target) => !isCurrent(vsixPath(target)))
  if (stale.length > 0) {
    say('Bundling for release …')
    rmSync(join(root, 'dist', 'release'), { recursive: true, force: true })
    const { build } = await import('./build.mjs')
    await build({ outdir: 'dist/release', release: true })
  }
  for (const target of stale) await packageOne(target)
  return wanted.map(vsixPath)
}

const isCurrent = (vsix) => existsSync(vsix) && statSync(vsix).mtimeMs > newestSource([...shipped, 'package-lock.json'])

async function packageOne(target) {
  say(`Packaging ${target} …`)
  const staging = join(root, 'dist', 'staging', target)
  installNatives(staging, target)
  layOut(staging, target)
  mkdirSync(packages, { recursive: true })
  const { createVSIX } = await import('@vscode/vsce')
  await createVSIX({ cwd: staging, target, packagePath: vsixPath(target), rewriteRelativeLinks: false, allowMissingRepository: true })
  say(`${vsixPath(target).slice(root.length)}: ${megabytes(statSync(vsixPath(target)).size)}${withoutEngine.includes(target) ? ', without the embedded engine' : ''}`)
}

/** The locked dependencies as npm would install them on that platform, once per lock file. */
function installNatives(staging, target) {
  const lock = readFileSync(join(root, 'package-lock.json'))
  const stamp = join(staging, 'node_modules', '.lock-hash')
  const hash = createHash('sha256').update(lock).digest('hex')
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return
  mkdirSync(staging, { recursive: true })
  writeFileSync(join(staging, 'package-lock.json'), lock)
  writeFileSync(join(staging, 'package.json'), readFileSync(join(root, 'package.json')))
  const [os, cpu] = target.split('-')
  const libc = os === 'linux' ? ['--libc=glibc'] : []
  execFileSync('npm', ['ci', '--omit=dev', `--os=${os}`, `--cpu=${cpu}`, ...libc, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: staging, stdio: ['ignore', 2, 2], shell: process.platform === 'win32'
  })
  writeFileSync(stamp, hash)
}

function layOut(staging, target) {
  for (const name of [...shipped, 'bench', 'dist']) rmSync(join(staging, name), { recursive: true, force: true })
  for (const name of shipped.filter((path) => existsSync(join(root, path)))) cpSync(join(root, name), join(staging, name), { recursive: true, filter: isShared })
  cpSync(join(root, 'dist', 'release'), join(staging, 'dist'), { recursive: true })
  writeFileSync(join(staging, 'package.json'), `${JSON.stringify(shippedManifest(), null, 2)}\n`)
  for (const name of ['README.md', 'CHANGELOG.md']) writeFileSync(join(staging, name), withPackedLinks(withPictures(readFileSync(join(root, name), 'utf8'))))
  const allowed = nativeFiles(target).map((pattern) => `!node_modules/${pattern}`)
  writeFileSync(join(staging, '.vscodeignore'), `${readFileSync(join(root, '.vscodeignore'), 'utf8')}${allowed.join('\n')}\n`)
}

const isShared = (path) => !path.includes('.rollout-lab')

/** The manifest without what only the repository needs. */
function shippedManifest() {
  const { scripts: _scripts, devDependencies: _dev, allowScripts: _allow, private: _private, ...rest } = manifest()
  return rest
}

/** Pictures go into the text: VS Code shows a README's pictures from data or the network, not from files beside it. */
function withPictures(markdown) {
  return markdown.replace(/!\[([^\]]*)\]\((?!https?:|data:)([^)]+\.(?:png|jpg|webp))\)/g, (_, title, path) => {
    const type = extname(path).slice(1).replace('jpg', 'jpeg')
    return `![${title}](data:image/${type};base64,${readFileSync(join(root, path)).toString('base64')})`
  })
}

/** Links to files that have another name in the package. */
function withPackedLinks(markdown) {
  return markdown.replace(/\]\(([^)#]+)/g, (link, path) => (Object.hasOwn(packedNames, path) ? `](${packedNames[path]}` : link))
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`

function say(line) {
  console.error(line)
}

function wantedTargets(args) {
  if (args.includes('--here')) return [targetHere]
  const at = args.indexOf('--target')
  const asked = at < 0 ? targets : (args[at + 1] ?? '').split(',')
  const unknown = asked.filter((target) => !targets.includes(target))
  if (unknown.length === 0) return asked
  console.error(`Unknown target ${unknown.join(', ')}. Known: ${targets.join(', ')}.`)
  process.exit(2)
}

async function main() {
  for (const path of await packageFor(wantedTargets(process.argv.slice(2)))) console.log(`${path}  ${megabytes(statSync(path).size)}`)
}

// Tests import this file, also through loaders that take no top-level await.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
}
