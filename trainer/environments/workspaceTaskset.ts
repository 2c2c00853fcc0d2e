import { dirname, resolve } from 'node:path'
import { LabError } from '../errors.ts'
import type { Problem, Split } from '../protocol/problem.ts'
import { problemId, splitOf } from './split.ts'
import { readUtf8Lines } from './utf8Lines.ts'
import { promptFor } from './workspacePrompt.ts'
import { WorkspaceProblem } from './workspaceProblem.ts'

export const WORKSPACE = 'workspace'
const MOST_PROBLEMS = 100_000

/** A problem of a file with the folder of its repository. */
export interface OpenedProblem {
  readonly problem: Problem
  readonly row: WorkspaceProblem
  readonly split: Split
  /** Absolute. */
  readonly repository: string
}

/** The problems of a file; a line that is none stops the reading. Throws `dataset/bad-row`, `dataset/too-large`, and what reading lines throws. */
export async function readTaskset(path: string): Promise<OpenedProblem[]> {
  const rows: OpenedProblem[] = []
  for await (const { number, text } of readUtf8Lines(path)) {
    if (text.trim() === '') continue
    if (rows.push(openRow(parseRow(text, path, number), path)) > MOST_PROBLEMS) {
      throw new LabError('dataset', 'dataset/too-large', `${path} has more than ${MOST_PROBLEMS} problems.`, { remedy: 'Split the file.', place: path })
    }
  }
  return rows
}

function parseRow(text: string, path: string, line: number): WorkspaceProblem {
  const parsed = WorkspaceProblem.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new LabError('dataset', 'dataset/bad-row', `Line ${line} of ${path} is no workspace problem: ${issue!.path.join('.') || 'the line'}: ${issue!.message}.`, {
    remedy: 'Make the file with `lab problems mine`, `make-function` or `make-test`.', place: `${path}:${line}`
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The schema says that it is no object.
    return undefined
  }
}

/** The side follows the code that is to be written, so that a commit mined twice stays on one side. */
function openRow(row: WorkspaceProblem, path: string): OpenedProblem {
  const prompt = promptFor(row)
  const key = `${row.commit} ${row.folder} ${prompt}`
  return {
    row, split: row.split ?? splitOf(WORKSPACE, key), repository: resolve(dirname(path), row.repository),
    problem: {
      id: problemId(WORKSPACE, key), environment: WORKSPACE, prompt, messages: [{ role: 'user', content: prompt }],
      // One file stands beside an attempt at it; of several the record tells what was written.
      ...(row.gold?.length === 1 && { gold: row.gold[0]!.text }),
      params: { made: row.made, title: row.title.slice(0, 200), runner: row.runner.name, tests: row.failToPass.length + row.passToPass.length, files: row.editable.length }
    }
  }
}
