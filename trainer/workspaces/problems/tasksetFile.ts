import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { WorkspaceProblem } from '../../environments/workspaceProblem.ts'
import type { Split } from '../../protocol/problem.ts'
import type { MadeProblem } from './fromFunction.ts'

/**
 * Writes problems as a file of lines, each with the repository relative to it. One of eight, at least one of two, is held out, and one of
 * eight of four and more is for choosing settings; which ones follows from their content.
 */
export function writeTaskset(file: string, problems: readonly MadeProblem[]): void {
  const sides = splitsOf(problems)
  const lines = problems.map((problem, at) => lineOf(file, { ...problem, split: sides[at]! }))
  fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  writeFileAtomic.sync(file, lines.join(''))
}

/** Adds a problem to a file of them, made where it is missing; `false` where it holds it already. */
export function addToTaskset(file: string, problem: MadeProblem): boolean {
  const line = lineOf(file, problem)
  const before = fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : ''
  if (before.split('\n').includes(line.trimEnd())) return false
  fs.mkdirSync(path.dirname(path.resolve(file)), { recursive: true })
  writeFileAtomic.sync(file, before === '' || before.endsWith('\n') ? before + line : `${before}\n${line}`)
  return true
}

function lineOf(file: string, problem: MadeProblem): string {
  const repository = path.relative(path.dirname(path.resolve(file)), problem.repository).replaceAll('\\', '/') || '.'
  return `${JSON.stringify(WorkspaceProblem.parse({ ...problem, repository }))}\n`
}

function splitsOf(problems: readonly MadeProblem[]): Split[] {
  const order = problems.map((problem, at) => ({ at, key: createHash('sha256').update(JSON.stringify([problem.commit, problem.title, problem.editable])).digest('hex') }))
  const ranked = order.sort((a, b) => (a.key < b.key ? -1 : 1))
  const heldOut = problems.length < 2 ? 0 : Math.max(1, Math.round(problems.length / 8))
  const tuning = problems.length < 4 ? 0 : Math.max(1, Math.round(problems.length / 8))
  const sides = new Array<Split>(problems.length).fill('train')
  ranked.forEach(({ at }, rank) => (sides[at] = rank < heldOut ? 'heldOut' : rank < heldOut + tuning ? 'tuning' : 'train'))
  return sides
}
