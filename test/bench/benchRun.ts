import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { MEDIUM, writeBenchModel } from './benchModels.ts'

const PROMPT_TOKENS = 8
const PROBLEMS = 128
/** The last word's last digit is below 5: half of what a random model writes, at no cost to speak of. */
const RIGHT = '.*[0-4]'

export interface BenchProblem {
  readonly prompt: string
  readonly gold: string
  readonly split: 'train' | 'test'
  readonly solution: string
}

/** Word problems that no one can solve: random prompts, a pattern that half of all completions match. */
export function benchProblems(completionTokens: number): BenchProblem[] {
  const random = randomStream('bench', 'problems')
  const text = (tokens: number): string => Array.from({ length: tokens }, () => random.pick(MEDIUM.vocabulary.slice(1))).join(' ')
  return Array.from({ length: PROBLEMS }, (_, i) => ({
    prompt: text(PROMPT_TOKENS), gold: RIGHT, split: i < PROBLEMS / 2 ? 'train' : 'test', solution: text(completionTokens)
  }))
}

export interface BenchRun {
  readonly modelFolder: string
  readonly runFile: string
  readonly problems: readonly BenchProblem[]
}

/** Writes a run at 5M parameters over such problems: model folder, dataset and run file. */
export async function writeBenchRun(folder: string, completionTokens: number, settings: Partial<RunFileInput>): Promise<BenchRun> {
  const modelFolder = join(folder, 'model')
  const runFile = join(folder, 'bench.run.json')
  const problems = benchProblems(completionTokens)
  mkdirSync(folder, { recursive: true })
  await writeBenchModel(MEDIUM, modelFolder)
  writeFileSync(join(folder, 'problems.jsonl'), problems.map((problem) => `${JSON.stringify(problem)}\n`).join(''))
  const run: RunFileInput = {
    name: 'bench', model: './model', recipe: 'grpo',
    environment: {
      name: 'jsonl', weight: 1,
      options: { path: 'problems.jsonl', splitColumn: 'split', demonstrationColumn: 'solution', grader: 'regex', fallback: 'whole' }
    },
    problemsPerStep: 16, groupSize: 8, filter: { dropZeroVariance: false },
    sampling: { temperature: 1, maxTokens: completionTokens },
    algorithm: { name: 'grpo', normalisation: 'tokenMean' },
    optimizer: { learningRate: 1e-5, warmupSteps: 0 },
    ...settings
  }
  writeFileSync(runFile, JSON.stringify(run, null, 2))
  return { modelFolder, runFile, problems }
}
