import { z } from 'zod'

/** In small hexadecimal digits. */
export const Sha256 = z.string().regex(/^[0-9a-f]{64}$/)
