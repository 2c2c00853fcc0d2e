import { createHash } from 'node:crypto'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, extname, relative, resolve, sep } from 'node:path'
import { pathToFileURL } from 'node:url'
import { LabError } from '../../errors.ts'
import { isRewardFile } from '../../protocol/rewardFile.ts'

/** A user's module with everything that it imports by relative path, read once: what is hashed is what runs. */
export interface ModuleSources {
  /** Absolute. */
  readonly entry: string
  readonly entryUrl: string
  /** SHA-256 over paths (relative to the entry, which comes first), contents and where imports lead, in hexadecimal. */
  readonly hash: string
  /** Source text by file URL. */
  readonly sources: Readonly<Record<string, string>>
  /** Where the relative imports of each file lead: file URL → specifier → file URL. */
  readonly links: Readonly<Record<string, Readonly<Record<string, string>>>>
}

const EXTENSIONS = new Set(['.ts', '.mts', '.js', '.mjs'])
const TYPESCRIPT_OF: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts' }
const MOST_BYTES = 1 << 20
const MOST_FILES = 200
/** Static and literal dynamic imports and re-exports. What it misses is not loaded; what it finds too much is only hashed. */
const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g

interface SourceFile {
  readonly path: string
  readonly source: string
  readonly links: Readonly<Record<string, string>>
}

/**
 * Reads a module and its relative imports, without running anything.
 * @param workspace folder that every file must lie in, links followed.
 * @throws LabError `trust/outside-workspace`, `trust/module-unreadable`, `trust/module-too-large`, `trust/module-kind`.
 */
export function readModuleSources(path: string, workspace: string): ModuleSources {
  const root = canonical(workspace)
  const entry = canonical(resolve(workspace, path))
  const files = new Map<string, SourceFile>()
  const waiting = [entry]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (files.has(next)) continue
    if (files.size === MOST_FILES) throw tooLarge(entry, `imports more than ${MOST_FILES} files`)
    const file = readSource(next, root)
    files.set(next, file)
    waiting.push(...Object.values(file.links))
  }
  const all = [...files.values()]
  return {
    entry,
    entryUrl: urlOf(entry),
    hash: hashOf(entry, all),
    sources: Object.fromEntries(all.map((file) => [urlOf(file.path), file.source])),
    links: Object.fromEntries(all.map((file) => [urlOf(file.path), urlsOf(file.links)]))
  }
}

const urlOf = (path: string): string => pathToFileURL(path).href

function urlsOf(links: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(links).map(([specifier, path]) => [specifier, urlOf(path)]))
}

function readSource(path: string, root: string): SourceFile {
  if (path !== root && !path.startsWith(root.endsWith(sep) ? root : root + sep)) throw outside(path, root)
  if (!EXTENSIONS.has(extname(path)) && !isRewardFile(path)) throw wrongKind(path)
  const stat = statSync(path)
  if (!stat.isFile()) throw unreadable(path, 'it is no regular file')
  if (stat.size > MOST_BYTES) throw tooLarge(path, `has ${stat.size} bytes, ${MOST_BYTES} is the limit`)
  const source = readFileSync(path, 'utf8')
  const links: [string, string][] = []
  // What Python imports beside the file is not there in its sandbox.
  for (const [, , specifier] of extname(path) === '.py' ? [] : source.matchAll(RELATIVE_IMPORT)) {
    const target = specifier === undefined ? undefined : existing(resolve(dirname(path), specifier))
    if (specifier !== undefined && target !== undefined) links.push([specifier, target])
  }
  return { path, source, links: Object.fromEntries(links) }
}

/** The file, or its TypeScript source where the import names the JavaScript made from it, as TypeScript itself resolves. */
function existing(path: string): string | undefined {
  const typescript = TYPESCRIPT_OF[extname(path)]
  const candidates = [path, ...(typescript === undefined ? [] : [path.slice(0, -extname(path).length) + typescript])]
  const found = candidates.find((candidate) => statSync(candidate, { throwIfNoEntry: false })?.isFile())
  return found === undefined ? undefined : realpathSync(found)
}

/** A link in the workspace can lead an import elsewhere while all files stay as they are: where each leads is hashed, too. */
function hashOf(entry: string, files: readonly SourceFile[]): string {
  const hash = createHash('sha256')
  const nameOf = (path: string): string => relative(dirname(entry), path).split(sep).join('/')
  const named = files.map((file) => ({ ...file, name: nameOf(file.path) })).sort((a, b) => (a.name < b.name ? -1 : 1))
  hash.update(JSON.stringify(nameOf(entry)))
  for (const { name, source, links } of named) {
    const leads = Object.entries(links).map(([specifier, target]) => [specifier, nameOf(target)]).sort(([a], [b]) => (a! < b! ? -1 : 1))
    hash.update(JSON.stringify([name, Buffer.byteLength(source), leads])).update(source)
  }
  return hash.digest('hex')
}

function canonical(path: string): string {
  try {
    return realpathSync(path)
  } catch (error) {
    throw unreadable(path, error instanceof Error ? error.message : String(error))
  }
}

function unreadable(path: string, reason: string): LabError {
  return new LabError('trust', 'trust/module-unreadable', `The module ${path} cannot be read: ${reason}.`, {
    place: path, remedy: 'Correct the path in the run file; it starts from the folder of the run file.'
  })
}

function outside(path: string, root: string): LabError {
  return new LabError('trust', 'trust/outside-workspace', `${path} lies outside of the workspace ${root}.`, {
    place: path, remedy: 'Keep modules and what they import inside the folder of the run file.'
  })
}

function tooLarge(path: string, what: string): LabError {
  return new LabError('trust', 'trust/module-too-large', `The module ${path} ${what}.`, {
    place: path, remedy: 'Make the module smaller; read data at run time.'
  })
}

function wrongKind(path: string): LabError {
  return new LabError('trust', 'trust/module-kind', `${path} is no module that can be run.`, {
    place: path, remedy: `Use an ES module ending in ${[...EXTENSIONS].join(', ')}, or a reward file ending in .reward.py.`
  })
}
