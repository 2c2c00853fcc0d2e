import fs from 'node:fs'
import path from 'node:path'
import type { WorkspaceTask } from '../../protocol/execution.ts'
import { badPath, makeFolders, requirePlain } from '../copies/exportCommit.ts'
import type { Copy, CopyPool } from '../copies/copyPool.ts'
import type { Dependencies } from './dependencies.ts'
import { isTestFile } from './patchRules.ts'
import { stubKindOf, stubOf } from './stubs.ts'

/** The two copies of an attempt. Text of the candidate is in its own alone; tests, reporters and expected values in the other alone. */
export interface AttemptCopies {
  readonly tests: Copy
  readonly candidate: Copy
  giveBack(): void
}

/** Makes both, each with the project's dependencies linked into it. */
export async function prepareCopies(task: WorkspaceTask, pool: CopyPool, dependencies: Dependencies, runtime: string): Promise<AttemptCopies> {
  const { repository, commit, editable } = task
  requirePlainPaths(task)
  const given = new Set(editable)
  const testFiles = new Set(task.testFiles.map((file) => path.posix.join(task.folder, file)))
  const tests = await pool.take({ repository, commit, role: 'tests', leavesOut: () => false })
  try {
    const role = JSON.stringify(['candidate', editable, task.testFiles])
    const leavesOut = (place: string): boolean => given.has(place) || testFiles.has(place) || (isTestFile(place) && !editable.some((file) => file.startsWith(`${place}/`)))
    const candidate = await pool.take({ repository, commit, role, leavesOut })
    try {
      for (const { folder } of [tests, candidate]) {
        makeFolders(folder, task.folder)
        linkDependencies(folder, dependencies)
      }
      writeChange(task, candidate.folder)
      writeStubs(task, tests.folder, runtime)
    } catch (error) {
      candidate.giveBack()
      throw error
    }
    return { tests, candidate, giveBack: () => [tests, candidate].forEach((copy) => copy.giveBack()) }
  } catch (error) {
    tests.giveBack()
    throw error
  }
}

/** A task comes from a file that anyone may have written. Test files stand in a command, where one with a dash would be an option. */
function requirePlainPaths({ folder, editable, testFiles }: WorkspaceTask): void {
  for (const place of [...editable, ...testFiles, ...(folder === '' ? [] : [folder])]) requirePlain(place)
  for (const file of testFiles) if (file.startsWith('-')) throw badPath(file, 'begins as an option does')
}

function linkDependencies(folder: string, { links }: Dependencies): void {
  for (const { at, to } of links) {
    const place = path.join(folder, at)
    if (fs.existsSync(path.dirname(place)) && !fs.existsSync(place)) fs.symlinkSync(to, place)
  }
}

function writeChange({ files }: WorkspaceTask, folder: string): void {
  for (const { path: place, text } of files) writeFile(folder, place, text)
}

/** Also for a file that the candidate left out: that it is missing is told when it is loaded. */
function writeStubs({ files, editable }: WorkspaceTask, folder: string, runtime: string): void {
  for (const place of editable) {
    const original = readIfThere(path.join(folder, place))
    const written = files.find((file) => file.path === place)?.text
    if (original === undefined && written === undefined) continue
    writeFile(folder, place, stubOf(stubKindOf(place, moduleTypeOf(folder, place)), place, { original, written }, runtime))
  }
}

function readIfThere(file: string): string | undefined {
  return fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() ? fs.readFileSync(file, 'utf8') : undefined
}

function writeFile(folder: string, place: string, text: string): void {
  makeFolders(folder, path.posix.dirname(place))
  const file = path.join(folder, place)
  fs.rmSync(file, { force: true })
  fs.writeFileSync(file, text, { flag: 'wx' })
  fs.chmodSync(file, 0o666)
}

/** `type` of the nearest package.json of the pinned commit. */
function moduleTypeOf(folder: string, place: string): 'module' | 'commonjs' {
  for (let at = path.posix.dirname(place); ; at = path.posix.dirname(at)) {
    const file = path.join(folder, at, 'package.json')
    if (fs.existsSync(file)) return typeIn(fs.readFileSync(file, 'utf8'))
    if (at === '.') return 'commonjs'
  }
}

function typeIn(text: string): 'module' | 'commonjs' {
  try {
    return (JSON.parse(text) as { type?: unknown }).type === 'module' ? 'module' : 'commonjs'
  } catch {
    // Node refuses such a package with an error of its own.
    return 'commonjs'
  }
}
