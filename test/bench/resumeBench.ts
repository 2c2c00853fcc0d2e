import { resumeTrials } from '../process/resumeTrial.ts'
import type { BenchContext, BenchOutcome } from './bench.ts'

const SEED = 2026

/** Kills trainer or engine at random moments, resumes, and compares what is left with an undisturbed run. */
export async function resumeBench({ rounds = 20, report }: BenchContext): Promise<BenchOutcome> {
  const trials = await resumeTrials(rounds, SEED, ({ victim, moment, differences }) =>
    report(`resume: ${victim} killed ${moment.milliseconds} ms after event ${moment.events}: ${differences.length === 0 ? 'the same bits' : differences.join('; ')}`))
  const equal = trials.filter(({ differences }) => differences.length === 0).length
  return {
    rows: [{
      what: `resume after kill -9, ${trials.length} random moments`, ours: `${equal} of ${trials.length} bit-equal`, bar: `${trials.length} of ${trials.length}`,
      met: equal === trials.length
    }],
    raw: { seed: SEED, trials }, commands: ['npm run bench -- resume'],
    definitions: ['Bit-equal: last checkpoint with optimiser and exported model have the same SHA-256 as the undisturbed run’s; no recorded rollout lost, none twice, rewards the same. Trainer and engine take turns as the victim.']
  }
}
