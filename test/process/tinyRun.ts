/** A run that is over in a second or two and still goes through everything: both stages, reference policy, checkpoints, evaluations. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'

export const TINY_STEPS = 5
export const TINY_MODEL = { hiddenSize: 16, layers: 1, heads: 2, keyValueHeads: 1, headSize: 8, intermediateSize: 32, contextLength: 64 } as const

export const TINY_RUN: RunFileInput = {
  name: 'tiny',
  model: TINY_MODEL,
  threads: 1,
  environment: { name: 'arithmetic-chain', options: { minOperations: 1, maxOperations: 2 } },
  steps: TINY_STEPS,
  problemsPerStep: 3,
  groupSize: 3,
  sampling: { maxTokens: 12 },
  rewards: [{ name: 'answer' }, { name: 'length', weight: 0.1 }],
  filter: { dropZeroVariance: false },
  regulariser: { kl: { coefficient: 0.01 } },
  optimizer: { learningRate: 0.003, warmupSteps: 1 },
  evaluation: { problems: 3, samples: 2, k: [1, 2], every: 2, duringProblems: 2 },
  checkpoint: { every: 2, keep: 1, dtype: 'bfloat16' },
  stages: [{ name: 'sft', steps: 4, algorithm: { name: 'sft' }, demonstrations: { batchSize: 4 } }, { name: 'rl' }]
}

/** A folder of one test, gone after it. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'rollout-lab-process-'))

  /** Absolute path of what has this name in the folder. */
  at(...names: string[]): string {
    return join(this.folder, ...names)
  }

  /** Writes a file of the folder and returns its absolute path. */
  write(name: string, content: string | Uint8Array): string {
    const place = this.at(name)
    mkdirSync(dirname(place), { recursive: true })
    writeFileSync(place, content)
    return place
  }

  /** Writes the tiny run file with other fields. */
  runFile(fields: Partial<RunFileInput> = {}, name = 'tiny.run.json'): string {
    this.write(name, JSON.stringify({ ...TINY_RUN, ...fields }, null, 2))
    return name
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
