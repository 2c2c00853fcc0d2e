import { z } from 'zod'

/** A finite number: NaN and infinities never enter a record. */
export const Finite = z.number().refine(Number.isFinite, 'must be a finite number')
export const NonNegative = Finite.min(0)
export const Positive = Finite.gt(0)
export const Count = z.number().int().min(0)
export const PositiveCount = z.number().int().min(1)
/** A share of a whole, in [0, 1]. */
export const Share = Finite.min(0).max(1)
/** A share in (0, 1]. */
export const PositiveShare = Positive.max(1)
/** A model token id. */
export const TokenId = z.number().int().min(0)
/** An estimate with the bounds of its 95 % confidence interval. */
export const Estimate = z.object({ value: Finite, low: Finite, high: Finite })
export type Estimate = z.infer<typeof Estimate>
