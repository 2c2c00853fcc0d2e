import type { z } from 'zod'
import { LabError } from '../errors.ts'

/**
 * What was read in the rollouts of a run, as what it must be.
 * @param what `a rollout`, for the error.
 * @throws LabError `damaged-rollouts`.
 */
export function checkedAs<T>(schema: z.ZodType<T>, value: unknown, what: string, place: string): T {
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new LabError('store', 'damaged-rollouts', `${what} in ${place} is damaged: ${issue?.path.join('.')} ${issue?.message}`, {
    place, remedy: 'Restore the rollouts folder from a copy of the run.'
  })
}
