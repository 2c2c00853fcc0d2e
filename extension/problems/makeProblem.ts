import { dirname, join } from 'node:path'
import * as vscode from 'vscode'
import { z } from 'zod'
import { plainLine } from '../plainText.ts'
import type { Shell } from '../shell.ts'
import { cancellable } from '../trainers/cancellable.ts'
import { labError } from '../trainers/labError.ts'

/** What `lab problems make-…` prints. */
const Made = z.object({ type: z.literal('made'), title: z.string(), file: z.string(), added: z.boolean(), failToPass: z.array(z.string()), passToPass: z.array(z.string()) })
export type Made = z.infer<typeof Made>

/** What a problem is made of. */
export interface Making {
  /** On the disk. */
  readonly file: vscode.Uri
  readonly command: 'make-function' | 'make-test'
  /** Which function or test, as options of the command. */
  readonly which: readonly string[]
  /** For people. */
  readonly of: string
}

/** The file of problems that those of a file are added to: one in each workspace folder. */
const tasksetFor = (file: vscode.Uri): string => join(folderOf(file), 'workspace.problems.jsonl')

export const folderOf = (file: vscode.Uri): string => vscode.workspace.getWorkspaceFolder(file)?.uri.fsPath ?? dirname(file.fsPath)

/** Runs the tests with and without what is to be written, in the sandbox, and adds the problem. Undefined = cancelled. */
export function makeProblem({ lab }: Pick<Shell, 'lab'>, { file, command, which, of }: Making): Promise<Made | undefined> {
  return cancellable(`Making a problem of ${plainLine(of, 80)}: the tests are run with and without it`, async (signal) => {
    let made: Made | undefined
    const onLine = (line: unknown): void => void (made = Made.safeParse(line).data ?? made)
    const args = ['problems', command, file.fsPath, ...which, '--out', tasksetFor(file), '--json']
    const { code, ...said } = await lab.run(args, { cwd: folderOf(file), onLine, signal })
    if (code !== 0 || !made) throw labError(said, `Making the problem ended with code ${code}.`)
    return made
  })
}
