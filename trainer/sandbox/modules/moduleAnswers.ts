/** What a module may answer: checked on arrival, since its types prove nothing. */
import { z } from 'zod'
import { LabError } from '../../errors.ts'
import { Finite, NonNegative, Positive, Share } from '../../protocol/numbers.ts'
import { Problem } from '../../protocol/problem.ts'
import { Span, StepVerdict } from '../../protocol/rollout.ts'
import { plainText } from './plainText.ts'

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 100)
const Why = z.string().transform(plainText)
const Name = z.string().min(1).max(60).regex(/^[\w.-]+$/, 'may hold letters, digits, “_”, “.” and “-”')

export const Description = z.object({
  reward: z.object({ name: Name.optional() }).optional(),
  algorithm: z.object({ name: Name.optional() }).optional(),
  environment: z
    .object({
      name: Name,
      title: z.string().max(200).transform(plainText).optional(),
      description: z.string().max(2000).transform(plainText).optional(),
      vocabulary: z.array(z.string().min(1)).max(1 << 16).optional()
    })
    .optional()
})

export const PartScore = z.object({ score: Finite.nullable(), why: Why.default('') })

/** Of a function: `{ score, why }`; a pair of them, as Python's tuples arrive; or the bare score. */
export const FunctionScore = z
  .union([PartScore, z.tuple([Finite.nullable(), Why]), Finite], { error: ({ input }) => `${shown(input)} is no score: give a finite number, { score, why } or [score, why]; a score of null where none can be told` })
  .transform((answer) => (typeof answer === 'number' ? { score: answer, why: '' } : 'score' in answer ? answer : { score: answer[0], why: answer[1] }))

/** Answers of one call on many inputs; `line` from 1, 0 where it is not known. */
export const FunctionAnswers = z.array(z.union([z.object({ error: Why, line: z.int().min(0).default(0) }), z.object({ value: z.unknown() })]))

export const Verdict = z
  .object({ correct: z.boolean(), score: Share.optional(), answer: z.string().nullable().default(null), why: Why })
  .transform((verdict) => ({ ...verdict, score: verdict.score ?? Number(verdict.correct) }))
  .refine(({ correct, score }) => correct === (score === 1), 'score must be 1 exactly where the completion is correct')

export const Rendering = z.object({ spans: z.array(Span), wellFormed: z.boolean(), why: Why.default('') })
export const StepVerdicts = z.array(z.object({ ...StepVerdict.shape, why: Why }))
export const GeneratedProblem = Problem
export const Completion = z.string()

const Term = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('policyGradient'), weight: Finite, ratio: z.enum(['none', 'token', 'sequence']),
    clipLow: NonNegative.optional(), clipHigh: NonNegative.optional()
  }),
  z.strictObject({ kind: z.literal('crossEntropy'), weight: Finite }),
  z.strictObject({ kind: z.literal('klToReference'), weight: Finite, estimator: z.enum(['k1', 'k2', 'k3']) }),
  z.strictObject({ kind: z.literal('entropyBonus'), weight: Finite })
])
const Normalisation = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('tokenMean') }),
  z.strictObject({ kind: z.literal('sequenceMean') }),
  z.strictObject({ kind: z.literal('constant'), length: Positive })
])

export const WeighedAnswer = z.object({
  weights_P_G: z.array(z.array(z.union([Finite, z.array(Finite), z.null()]))),
  loss: z.strictObject({ terms: z.array(Term).min(1), normalisation: Normalisation }),
  as: z.enum(['advantages', 'weights'])
})

/** @throws LabError `sandbox/bad-answer` naming the fields. */
export function checkAnswer<T>(schema: z.ZodType<T>, answer: unknown, from: string): T {
  const parsed = schema.safeParse(answer)
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join('.') || 'the answer'}: ${issue.message}`)
  throw new LabError('sandbox', 'sandbox/bad-answer', plainText(`${from} gave a bad answer: ${faults.join('; ')}`), {
    remedy: 'Return what the published types say; numbers must be finite.'
  })
}
