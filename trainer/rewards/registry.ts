import { z } from 'zod'
import { LabError } from '../errors.ts'
import type { RewardRef } from '../protocol/runFile.ts'
import { answerReward, AnswerOptions } from './answer.ts'
import { FormatOptions, formatReward } from './format.ts'
import { lengthReward, LengthOptions } from './length.ts'
import { refinedReward, RefinedOptions } from './refined.ts'
import type { RewardFunction } from './reward.ts'
import { shuffledReward, ShuffledOptions } from './shuffled.ts'
import { StepsOptions, stepsReward } from './steps.ts'
import { TamperOptions, tamperReward } from './tamper.ts'
import { TestsOptions, testsReward } from './tests.ts'

/** A reward that comes with the trainer; a user's module runs in its own process, a step reward model on an engine. */
export type BuiltInReward = Exclude<RewardRef, { name: 'module' } | { name: 'prm' }>

interface RewardMaker {
  readonly options: z.ZodType
  make(options: unknown, place: string): RewardFunction
}

export const REWARDS: Readonly<Record<BuiltInReward['name'], RewardMaker>> = {
  answer: maker(AnswerOptions, answerReward),
  format: maker(FormatOptions, formatReward),
  length: maker(LengthOptions, lengthReward),
  steps: maker(StepsOptions, stepsReward),
  shuffled: maker(ShuffledOptions, shuffledReward),
  refined: maker(RefinedOptions, refinedReward),
  tests: maker(TestsOptions, testsReward),
  tamper: maker(TamperOptions, tamperReward)
}

/**
 * The reward that a run file names.
 * @param place where in the run file the reference stands, for the error.
 * @throws LabError `runFile/reward-options` for an option that the reward does not take.
 */
export function createReward(ref: BuiltInReward, place = 'rewards'): RewardFunction {
  return REWARDS[ref.name].make(ref.options, `${place} (${ref.name})`)
}

function maker<O>(schema: z.ZodType<O>, make: (options: O) => RewardFunction): RewardMaker {
  return {
    options: schema,
    make: (options, place) => {
      const parsed = schema.safeParse(options)
      if (parsed.success) return make(parsed.data)
      throw new LabError('runFile', 'runFile/reward-options', `Options of the reward at ${place}: ${z.prettifyError(parsed.error)}`, {
        place,
        remedy: 'Correct the options or leave them out for the defaults.'
      })
    }
  }
}
