import type { Rollout } from './rollout.ts'

interface Tokens {
  readonly tokenEnds: readonly number[]
  readonly spans: readonly { readonly kind: string; readonly from: number; readonly to: number }[]
}

/**
 * Which tokens of a segment are tool output (_T): those that end inside a span of the kind `tool`. The characters around such a span belong
 * to no token, so that a token without text is never taken for another's.
 */
export function isTool_T({ tokenEnds, spans }: Tokens): boolean[] {
  const tools = spans.filter(({ kind }) => kind === 'tool')
  return tokenEnds.map((end) => tools.some(({ from, to }) => from < end && end <= to))
}

export const hasTool = ({ spans }: Pick<Tokens, 'spans'>): boolean => spans.some(({ kind }) => kind === 'tool')

/** How many tokens the policy wrote. */
export const writtenCount = (segment: Tokens & { readonly tokens: readonly unknown[] }): number => written_T(segment, segment.tokens).length

/**
 * How many tokens of a rollout's completion the policy wrote: of the first segment, which is what is trained on. A refinement that shows what
 * a critique was worth says nothing of the critic's own text.
 */
export const completionLength = ({ segments: [own] }: Pick<Rollout, 'segments'>): number => (own ? writtenCount(own) : 0)

/** The values of the tokens that the policy wrote. */
export function written_T<T>(segment: Tokens, values_T: readonly T[]): readonly T[] {
  if (!hasTool(segment)) return values_T
  const tool_T = isTool_T(segment)
  return values_T.filter((_, t) => !tool_T[t])
}
