import { z } from 'zod'
import { ProgramFile, WorkspaceTask } from '../protocol/execution.ts'
import { Count } from '../protocol/numbers.ts'
import { Split } from '../protocol/problem.ts'

const { commit, folder, editable, runner, boundary, testFiles, failToPass, passToPass } = WorkspaceTask.shape

/** Which part of a file the model writes: UTF-16 units, `from` inclusive, `to` exclusive. */
const Hole = z.strictObject({ path: z.string().min(1), name: z.string().min(1), from: Count, to: Count })

/** A line of a file of workspace problems (`*.problems.jsonl`): a change that a repository's own tests judge at a pinned commit. */
export const WorkspaceProblem = z.strictObject({
  version: z.literal(1),
  /** What the problem is made of: a function's body, a test that fails, or a commit. */
  made: z.enum(['function', 'failingTest', 'commit']),
  /** For people: a function's name, a test's, the subject of a commit. */
  title: z.string(),
  /** Folder of the repository, relative to this file, with `/`. */
  repository: z.string().min(1),
  commit, folder, editable, runner, boundary, testFiles, failToPass, passToPass,
  /** The files that may change, as the model is given them; one that does not exist yet is missing. */
  files: z.array(ProgramFile),
  /** The same files as they pass; absent where nobody has solved it yet. */
  gold: z.array(ProgramFile).optional(),
  /** Only this part is to be written. */
  hole: Hole.optional(),
  /** Default: by a hash of the content. */
  split: Split.optional()
})
export type WorkspaceProblem = z.infer<typeof WorkspaceProblem>
