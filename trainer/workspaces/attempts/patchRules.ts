import type { WorkspaceTask } from '../../protocol/execution.ts'

/** Why a change may not be tried, or null: it may touch the files that the candidate was given, by exactly their paths. */
export function forbiddenChange({ files, editable }: Pick<WorkspaceTask, 'files' | 'editable'>): string | null {
  const given = new Set(editable)
  const foreign = files.find(({ path }) => !given.has(path))
  if (foreign !== undefined) return `The change touches ${JSON.stringify(foreign.path.slice(0, 200))}, which is not among the files that were given: ${editable.join(', ')}.`
  const twice = files.find(({ path }, at) => files.findIndex((other) => other.path === path) !== at)
  return twice === undefined ? null : `The change holds ${JSON.stringify(twice.path)} twice.`
}

const TESTS = /(^|\/)(tests?|specs?|__tests__|__snapshots__|__mocks__|fixtures)\/|\.(test|spec)\.[cm]?[jt]sx?$|(^|\/)(tests?|specs?)\.([cm]?[jt]sx?|py)$|(^|\/)test_[^/]*\.py$|_test\.py$|(^|\/)conftest\.py$/
const CONFIGURATION = /(^|\/)(\.mocharc\.|jest\.config\.|vitest\.config\.|vitest\.workspace\.|vite\.config\.|pytest\.ini$|tox\.ini$|setup\.cfg$)/

/** Tests, what they need, and how they are run: no part of what a candidate is given or may read. */
export const isTestFile = (path: string): boolean => TESTS.test(path) || CONFIGURATION.test(path)
