import { z } from 'zod'
import { LABEL_TEXT, StepRating } from '../../trainer/protocol/label.ts'
import { SuggestionFailure } from './failures.ts'
import type { Review } from './review.ts'

/** Longest answer that is looked at, in UTF-16 units. */
export const MOST_REPLY = 200_000

const Reply = z.object({
  ratings: z.array(StepRating),
  firstWrongStep: z.number().int().min(1).nullable(),
  right: z.boolean().nullable(),
  critique: z.string().trim().min(1).max(LABEL_TEXT)
})
type Reply = z.infer<typeof Reply>

const END_OF_REASONING = '</think>'

/**
 * The review in a model's answer: one JSON object, alone or in the one code fence of the answer, after reasoning that ends in
 * `</think>`. Nothing is guessed. @throws SuggestionFailure `tooLong`, `notJson`, `notAReview`
 */
export function parseReply(text: string, steps: number): Review {
  if (text.length > MOST_REPLY) throw new SuggestionFailure('tooLong', `The answer has ${text.length} characters; ${MOST_REPLY} are read.`)
  const parsed = Reply.safeParse(jsonOf(text))
  if (!parsed.success) throw notAReview(parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the answer'}: ${message}`).join('; '))
  const { firstWrongStep, right, critique } = parsed.data
  return { ratings: rated(parsed.data, steps), firstError: firstWrongStep === null ? null : firstWrongStep - 1, critique, ...(right === null ? {} : { right }) }
}

function jsonOf(text: string): unknown {
  const answer = text.split(END_OF_REASONING).at(-1)!.trim()
  const fences = [...answer.matchAll(/^```(?:json)?[ \t]*\r?\n([\s\S]*?)\r?\n```[ \t]*$/gm)]
  if (fences.length > 1) throw new SuggestionFailure('notJson', 'The answer has several code blocks.')
  try {
    return JSON.parse(fences[0]?.[1] ?? answer)
  } catch (error) {
    throw new SuggestionFailure('notJson', `The answer is not JSON: ${answer.slice(0, 200)}`, { cause: error })
  }
}

/** Ratings of the steps up to the first wrong one; they must agree with it. */
function rated({ ratings, firstWrongStep }: Reply, steps: number): Review['ratings'] {
  const read = firstWrongStep ?? steps
  if (read > steps) throw notAReview(`firstWrongStep is ${read}; there are ${steps} steps`)
  if (ratings.length !== read && ratings.length !== steps) throw notAReview(`${ratings.length} ratings for ${read} of ${steps} steps`)
  const kept = ratings.slice(0, read)
  const wrong = kept.indexOf(-1)
  if ((wrong < 0 ? null : wrong + 1) !== firstWrongStep) throw notAReview(`firstWrongStep is ${firstWrongStep}; the first rating of -1 is that of step ${wrong < 0 ? 'none' : wrong + 1}`)
  return kept.map((rating, step) => ({ step, rating }))
}

const notAReview = (why: string): SuggestionFailure => new SuggestionFailure('notAReview', `The answer is no review: ${why}.`)
