import type { ResolvedRun } from '../../trainer/protocol/runFile.ts'
import type { Consents } from '../contracts/trainers.ts'
import { consentFlags } from '../starting/consentFlags.ts'

/** How thoroughly a checkpoint is evaluated. */
export interface EvaluationAmount {
  readonly problems: number
  readonly samples: number
}

export interface AskedEvaluation extends EvaluationAmount {
  /** Folder of the checkpoint. */
  readonly checkpoint: string
  /** The run that it is evaluated as: its directory, and its engine. */
  readonly directory: string
  readonly engine: ResolvedRun['engine']
  readonly threads: number
}

/** The command of an evaluation. The engine is named although the run has it: the workspace's Pythons are looked for where it is PyTorch. */
export function evaluationArgs({ checkpoint, directory, engine, problems, samples, threads }: AskedEvaluation, consents: Consents): readonly string[] {
  return [
    'eval', checkpoint, '--as-run', directory, '--engine', engine, '--problems', String(problems), '--samples', String(samples), '--threads', String(threads), '--json',
    ...consentFlags(consents)
  ]
}
