import { z } from 'zod'
import { Finite } from '../../protocol/numbers.ts'

const Words = { title: z.string().max(200).optional(), description: z.string().max(4000).optional() }
const Option = z.string().min(1).max(200)

/** The kinds of question that a label set may ask, as JSON Schema has them. */
const Choice = z.object({ ...Words, type: z.literal('string').optional(), enum: z.array(Option).min(1).max(50) })
const TitledChoice = z.object({ ...Words, type: z.literal('string').optional(), oneOf: z.array(z.object({ const: Option })).min(1).max(50) })
const Text = z.object({ ...Words, type: z.literal('string') })
const Scale = z.object({ ...Words, type: z.enum(['number', 'integer']), minimum: Finite.optional(), maximum: Finite.optional() })
  .refine(({ minimum = -Infinity, maximum = Infinity }) => minimum <= maximum, 'has a minimum above its maximum')
const YesNo = z.object({ ...Words, type: z.literal('boolean') })

export type Question = z.infer<typeof Choice> | z.infer<typeof TitledChoice> | z.infer<typeof Text> | z.infer<typeof Scale> | z.infer<typeof YesNo>

/** The schema that fits what the field says it is, so that what is wrong with it is said of that one. */
export function questionSchema(field: unknown): z.ZodType<Question> | undefined {
  const { type, enum: options, oneOf } = (field ?? {}) as { type?: unknown; enum?: unknown; oneOf?: unknown }
  if (options !== undefined) return Choice
  if (oneOf !== undefined) return TitledChoice
  if (type === 'string') return Text
  if (type === 'boolean') return YesNo
  return type === 'number' || type === 'integer' ? Scale : undefined
}

/** A label set as a whole; its fields are looked at one by one. */
export const LabelSetSchema = z.object({
  ...Words,
  type: z.literal('object'),
  properties: z.record(z.string(), z.unknown()),
  required: z.array(z.string()).optional()
})
