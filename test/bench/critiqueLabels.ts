import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findEnvironment } from '../../trainer/environments/registry.ts'
import type { Problem } from '../../trainer/protocol/problem.ts'
import type { CritiqueRow, RowKind, SolutionRow, StepRow } from '../../trainer/protocol/labelRows.ts'
import { labRun, root, runCommand } from './labProcess.ts'
import { runDirectoryIn } from './critiqueRuns.ts'

/** Where run files of the sample lie. */
export const sampleFolder = join(root, 'samples', 'maze-walk')

/** Traces that are labelled: all of samples/maze-walk/traces.run.json. */
export const TRACES = 200

/** What labels of one labeler give to train on: JSON Lines files. */
export interface LabelledRows {
  readonly critiques: string
  /** Traces that the labeler found right. */
  readonly accepted: string
  readonly steps: string
}

/** Rollouts of the base model on training problems, in a run of one step that leaves the model as it is. */
export async function collectTraces(model: string, seed: number, folder: string): Promise<string> {
  await labRun(join(sampleFolder, 'traces.run.json'), folder, ['--seed', String(seed), '--set', `model=${JSON.stringify(model)}`])
  return runDirectoryIn(folder)
}

/** Labels of an oracle that errs at this rate, and the rows that come of them. */
export async function labelTraces(run: string, errorRate: number, seed: number, folder: string): Promise<LabelledRows> {
  const lab = (...args: string[]): Promise<void> => runCommand(process.execPath, [join('dist', 'lab.mjs'), 'labels', ...args])
  const labels = join(folder, `labels-${errorRate}`)
  const out = join(folder, `rows-${errorRate}`)
  await lab('simulate', run, '--count', String(TRACES), '--whole-traces', '--error-rate', String(errorRate), '--seed', String(seed), '--labels', labels)
  await lab('export', run, '--kind', 'critiques', '--kind', 'solutions', '--kind', 'steps', '--labels', labels, '--out', out)
  return { critiques: join(out, 'critiques.jsonl'), accepted: join(out, 'solutions.jsonl'), steps: join(out, 'steps.jsonl') }
}

/** The environment's own solution of every labelled trace's problem. */
export function writeReferenceSolutions({ critiques }: LabelledRows, folder: string): string {
  const environment = findEnvironment('maze-walk')
  const solutions = readRows<CritiqueRow>(critiques).map(({ prompt }) => ({ prompt, completion: environment.solution(bareProblem(prompt)) }))
  const file = join(folder, 'references.jsonl')
  writeFileSync(file, solutions.map((row) => `${JSON.stringify(row)}\n`).join(''))
  return file
}

const bareProblem = (prompt: string): Problem => ({ id: 'x', environment: 'maze-walk', prompt, params: {} })

export const readRows = <R>(file: string): R[] => readFileSync(file, 'utf8').trim().split('\n').filter(Boolean).map((line) => JSON.parse(line) as R)

/** Tokens of a row as it is trained: words of prompt and completion, with the one that ends the text. */
export function meanTokens(file: string, kind: RowKind): number {
  const rows = readRows<CritiqueRow | SolutionRow | StepRow>(file)
  const texts = rows.map((row) => {
    if ('critique' in row) return `${row.prompt} ${row.response} critique ${row.critique} <eos>`
    return 'completion' in row ? `${row.prompt} ${row.completion} <eos>` : `${row.prompt} ${row.completions.join('')}`
  })
  if (texts.length === 0) throw new Error(`${file} has no rows of the kind ${kind}`)
  return texts.reduce((sum, text) => sum + text.split(' ').length, 0) / texts.length
}
