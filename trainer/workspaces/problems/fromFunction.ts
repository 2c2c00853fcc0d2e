import { LabError } from '../../errors.ts'
import type { WorkspaceProblem } from '../../environments/workspaceProblem.ts'
import { functionsIn } from './functionsIn.ts'
import type { FoundFunction } from './functionsIn.ts'
import { committedFile, testsNaming } from './project.ts'
import type { Project } from './project.ts'
import { verifyProblem } from './verifyProblem.ts'
import type { Verifying } from './verifyProblem.ts'

/** A problem but for where its file will lie. */
export type MadeProblem = Omit<WorkspaceProblem, 'repository'> & { readonly repository: string }

/** Which function: by its name, or by a line, from 1, that it holds; of several the innermost. */
export type WhichFunction = { readonly name: string } | { readonly line: number }

/**
 * The problem of writing a function whose body was taken out; the tests that fail without it decide. Throws `workspace/no-function`,
 * `workspace/uncommitted`, `workspace/not-covered`, `workspace/unknown-tests`.
 */
export async function problemFromFunction(project: Project, file: string, which: WhichFunction, verifying: Verifying, signal?: AbortSignal): Promise<MadeProblem> {
  const { commit, path, text } = await committedFile(project, file)
  const found = findFunction(path, text, which)
  const shown = { path, text: text.slice(0, found.from) + found.without + text.slice(found.to) }
  const candidate = { ...project, commit, editable: [path], testFiles: await testsNaming(project, commit, [path]), files: [shown], gold: [{ path, text }] }
  const verified = await verifyProblem(candidate, verifying, signal)
  if ('none' in verified) {
    throw new LabError('environment', 'workspace/not-covered', `No problem can be made of ${found.name} in ${path}: ${verified.none}`, {
      remedy: 'Write a test that calls the function, commit it, and try again.', place: `${path}:${found.lines[0]}`
    })
  }
  const hole = { path, name: found.name, from: found.from, to: found.from + found.without.length }
  return { version: 1, made: 'function', title: `${found.name} (${path})`, ...candidate, ...verified, hole }
}

function findFunction(path: string, text: string, which: WhichFunction): FoundFunction {
  const all = functionsIn(path, text)
  const fitting = 'name' in which
    ? all.filter(({ name }) => name === which.name)
    : all.filter(({ lines: [first, last] }) => first <= which.line && which.line <= last).sort((a, b) => (a.to - a.from) - (b.to - b.from)).slice(0, 1)
  if (fitting.length === 1) return fitting[0]!
  const asked = 'name' in which ? `function ${JSON.stringify(which.name)}` : `function at line ${which.line}`
  const there = all.map(({ name, lines }) => `${name} (line ${lines[0]})`).join(', ') || 'none'
  throw new LabError('environment', 'workspace/no-function', `${path} has ${fitting.length === 0 ? 'no' : 'more than one'} ${asked}. There are: ${there}.`, {
    remedy: 'Name a function that has a body of its own, or give its line.', place: path
  })
}
