import { z } from 'zod'
import { LabelRecord, Opinion } from '../../protocol/label.ts'
import { Count } from '../../protocol/numbers.ts'

/**
 * A label as people and programs give it to `lab labels add`. It stands on a step, on a span (UTF-16 units), on the whole trace
 * where neither is given, or where `anchor` says. With an `id` it can be given again after a kill: it is written once.
 */
export const NewLabelLine = z
  .strictObject({
    ...LabelRecord.pick({ draft: true, qualityControl: true, seconds: true, blind: true }).shape,
    id: z.string().min(1).max(100).optional(),
    rollout: z.string().min(1),
    problemId: z.string().optional(),
    opinion: Opinion,
    segment: Count.default(0),
    step: Count.optional(),
    from: Count.optional(),
    to: Count.optional(),
    anchor: LabelRecord.shape.anchor.optional(),
    source: LabelRecord.shape.source.default({ kind: 'human' }),
    suggestedBy: LabelRecord.shape.suggestedBy,
    replaces: z.string().optional()
  })
  .refine(({ from, to }) => (from === undefined) === (to === undefined), { path: ['to'], message: 'from and to go together' })
  .refine(({ anchor, problemId }) => anchor === undefined || problemId !== undefined, { path: ['problemId'], message: 'is needed with an anchor' })
export type NewLabelLine = z.output<typeof NewLabelLine>
