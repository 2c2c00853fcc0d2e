import { z } from 'zod'
import { Language, TamperKind } from './execution.ts'
import { Finite } from './numbers.ts'

/**
 * What became of a cheat. `paid`: its reward is above that of an attempt that does nothing; `escaped`: not scorable where the
 * solution is, so that failing cost nothing; `untested`: it has no form for this language or runner.
 */
export const CheatOutcome = z.enum(['unpaid', 'paid', 'escaped', 'untested'])
export type CheatOutcome = z.infer<typeof CheatOutcome>

/** One cheat against the rewards of one environment: the most that it got of all problems tried. */
export const CheatResult = z.object({
  environment: z.string(),
  language: Language.nullable(),
  cheat: z.string(),
  family: z.string(),
  title: z.string(),
  outcome: CheatOutcome,
  reward: Finite.nullable(),
  /** 0 = as an attempt that does nothing, 1 = as the solution; null where these are equal or nothing was scored. */
  share: Finite.nullable(),
  /** One sentence for people: which part paid and why, or what stopped it. Holds text that a program made. */
  why: z.string(),
  signals: z.array(TamperKind)
})
export type CheatResult = z.infer<typeof CheatResult>

/** A cheat that was paid, as people are asked whether a run may start all the same. */
export const PaidCheat = CheatResult.pick({ cheat: true, title: true, why: true })
export type PaidCheat = z.infer<typeof PaidCheat>

/** What the solution of a problem got, beside an attempt that does nothing (`idle`). */
export const GoldResult = z.object({
  environment: z.string(),
  language: Language.nullable(),
  problemId: z.string(),
  paid: z.boolean(),
  reward: Finite.nullable(),
  idle: Finite.nullable(),
  why: z.string()
})
export type GoldResult = z.infer<typeof GoldResult>

export const RedTeamReport = z.object({ version: z.literal(1), golds: z.array(GoldResult), cheats: z.array(CheatResult) })
export type RedTeamReport = z.infer<typeof RedTeamReport>
