import { LabError } from '../../errors.ts'
import type { ProgramFile } from '../../protocol/execution.ts'
import { isTestFile } from '../attempts/patchRules.ts'
import { canBeApart } from '../attempts/stubs.ts'
import { recentChanges } from '../git/history.ts'
import type { Change } from '../git/history.ts'
import { readFileAt } from '../git/objects.ts'
import type { MadeProblem } from './fromFunction.ts'
import { holdsTests, inProject, testsNaming } from './project.ts'
import type { Project } from './project.ts'
import { verifyProblem } from './verifyProblem.ts'
import type { Verifying } from './verifyProblem.ts'

export interface MiningOptions {
  readonly revision?: string
  /** Commits that are looked at. */
  readonly commits: number
  /** Source files that a commit may change at most. */
  readonly mostFiles: number
}

/** What came of one commit. */
export type Mined = { readonly change: Change } & ({ readonly problem: MadeProblem } | { readonly leftOut: string })

/** Problems of a history, newest commit first: each was tried both ways. */
export async function* mineHistory(project: Project, options: MiningOptions, verifying: Verifying, signal?: AbortSignal): AsyncGenerator<Mined> {
  const { repository, folder } = project
  const changes = await recentChanges(repository, { folder, most: options.commits, ...(options.revision === undefined ? {} : { revision: options.revision }) })
  for (const change of changes) {
    if (signal?.aborted) return
    yield { change, ...(await problemOf(project, change, options, verifying, signal)) }
  }
}

/** What is wrong with a commit, and says nothing of the others. */
const OF_ONE_COMMIT: ReadonlySet<string> = new Set(['workspace/no-tests', 'workspace/unknown-tests', 'workspace/bad-path'])

async function problemOf(
  project: Project, change: Change, { mostFiles }: MiningOptions, verifying: Verifying, signal: AbortSignal | undefined
): Promise<{ problem: MadeProblem } | { leftOut: string }> {
  const sources = change.files.filter(({ path }) => !isTestFile(path) && canBeApart(path))
  const unfit = reasonAgainst(change, sources, project, mostFiles)
  if (unfit !== null) return { leftOut: unfit }
  const { repository } = project
  const editable = sources.map(({ path }) => path)
  const [files, gold] = await Promise.all([filesAt(repository, change.parent, editable), filesAt(repository, change.commit, editable)])
  const changedTests = change.files.filter(({ path, status }) => status !== 'deleted' && holdsTests(path)).map(({ path }) => inProject(project, path))
  const testFiles = [...new Set([...changedTests, ...(await testsNaming(project, change.commit, editable))])].sort()
  const candidate = { ...project, commit: change.commit, editable, testFiles, files, gold }
  try {
    const verified = await verifyProblem(candidate, verifying, signal)
    if ('none' in verified) return { leftOut: verified.none }
    return { problem: { version: 1, made: 'commit', title: change.subject, ...candidate, ...verified } }
  } catch (error) {
    if (LabError.is(error) && OF_ONE_COMMIT.has(error.code)) return { leftOut: error.message }
    throw error
  }
}

function reasonAgainst({ files }: Change, sources: Change['files'], { folder }: Project, mostFiles: number): string | null {
  if (sources.length === 0) return 'It changes no JavaScript, TypeScript or Python file but tests.'
  if (sources.length > mostFiles) return `It changes ${sources.length} source files, more than ${mostFiles}.`
  if (sources.some(({ status }) => status === 'deleted' || status === 'other')) return 'It removes or retypes source files.'
  if (new Set(sources.map(({ path }) => path.endsWith('.py'))).size > 1) return 'It changes both Python and JavaScript.'
  if (folder !== '' && files.some(({ path }) => !path.startsWith(`${folder}/`))) return 'It changes files outside of the project.'
  return null
}

async function filesAt(repository: string, commit: string, paths: readonly string[]): Promise<ProgramFile[]> {
  const texts = await Promise.all(paths.map((path) => readFileAt(repository, commit, path)))
  return paths.flatMap((path, at) => (texts[at] === undefined ? [] : [{ path, text: texts[at] }]))
}
