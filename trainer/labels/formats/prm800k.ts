import { z } from 'zod'

/** −1 bad, 0 okay, +1 great; null = not rated. */
export const Prm800kRating = z.literal([-1, 0, 1, null])
export type Prm800kRating = z.infer<typeof Prm800kRating>

export const Prm800kCompletion = z.object({ text: z.string(), rating: Prm800kRating, flagged: z.boolean().nullish() })
/** A step that the labeler wrote: published as text; some files carry it in the shape of a completion. */
const HumanCompletion = z.union([z.string(), z.object({ text: z.string(), rating: Prm800kRating.optional() })])

export const Prm800kStep = z.object({
  completions: z.array(Prm800kCompletion).nullable(),
  human_completion: HumanCompletion.nullish(),
  /** The completion that the next step follows; null = the human's, or none at the last step. */
  chosen_completion: z.number().int().nonnegative().nullish()
})
export type Prm800kStep = z.infer<typeof Prm800kStep>

/**
 * A line of PRM800K (github.com/openai/prm800k, README), one labelled solution. What nothing is read from may be missing;
 * fields that we do not know are left alone.
 */
export const Prm800kRecord = z.object({
  labeler: z.string().min(1),
  /** ISO 8601; without a zone it is UTC. */
  timestamp: z.string(),
  generation: z.number().int().nullish(),
  is_quality_control_question: z.boolean().default(false),
  is_initial_screening_question: z.boolean().default(false),
  question: z.object({
    problem: z.string().min(1),
    ground_truth_solution: z.string().nullish(),
    ground_truth_answer: z.string().nullish(),
    pre_generated_steps: z.array(z.string()).nullish(),
    pre_generated_answer: z.string().nullish(),
    pre_generated_verifier_score: z.number().nullish()
  }),
  label: z.object({
    steps: z.array(Prm800kStep),
    /** Milliseconds. */
    total_time: z.number().nonnegative().nullish(),
    finish_reason: z.enum(['found_error', 'solution', 'bad_problem', 'give_up']).nullish()
  })
})
export type Prm800kRecord = z.infer<typeof Prm800kRecord>
