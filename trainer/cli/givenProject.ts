import { LabError } from '../errors.ts'
import { resolveCommit } from '../workspaces/git/objects.ts'
import { openProject } from '../workspaces/problems/project.ts'
import type { Project } from '../workspaces/problems/project.ts'

/** @throws LabError `usage/option` where the revision names no commit. */
export async function requireCommit({ repository }: Project, revision: string): Promise<void> {
  try {
    await resolveCommit(repository, revision)
  } catch (cause) {
    if (!LabError.is(cause, 'workspace/git')) throw cause
    throw new LabError('usage', 'usage/option', `--revision is "${revision}", which names no commit of ${repository}.`, {
      place: '--revision', remedy: 'Name a commit, a branch or a tag that is in the repository.', cause
    })
  }
}

/** The project of a place that people named. @throws LabError `usage/no-repository` where it lies in none. */
export async function givenProject(place: string, named: string, runner: Parameters<typeof openProject>[1]): Promise<Project> {
  try {
    return await openProject(place, runner)
  } catch (cause) {
    if (!LabError.is(cause, 'workspace/git') || !/not a git repository/.test(cause.message)) throw cause
    throw new LabError('usage', 'usage/no-repository', `${named} lies in no git repository.`, {
      place: named, remedy: 'Problems are pinned to commits: name a place in a repository, or make one (git init) and commit.', cause
    })
  }
}
