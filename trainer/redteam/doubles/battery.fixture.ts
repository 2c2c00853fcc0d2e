import type { CheatResult } from '../../protocol/redTeam.ts'
import type { Environment } from '../../environments/environment.ts'
import type { WeightedReward } from '../../rewards/scoreRollout.ts'
import { BATTERY } from '../battery.ts'
import type { Cheat } from '../cheat.ts'
import { redTeam } from '../redTeam.ts'
import type { GraderDouble } from './graderDouble.fixture.ts'
import { paidForTests } from './squares.fixture.ts'

/** Cheats that may be run without limits of memory and processes. */
export const HARMLESS: readonly Cheat[] = BATTERY.filter(({ violent }) => !violent)

export const named = (names: readonly string[]): Cheat[] => names.map((name) => {
  const cheat = HARMLESS.find((each) => each.name === name)
  if (cheat) return cheat
  throw new TypeError(`There is no harmless cheat ${name}.`)
})

export interface Trial {
  readonly environment: Environment
  readonly executor: GraderDouble
  readonly rewards?: readonly WeightedReward[]
}

/** The results of these cheats, once it is sure that the double pays solutions more than nothing. */
export async function tryCheats({ environment, executor, rewards = paidForTests('partial') }: Trial, battery: readonly Cheat[]): Promise<readonly CheatResult[]> {
  const { golds, cheats } = await redTeam({ environment, executor, rewards, deadlineSeconds: 60, options: {} }, { seed: 1, problems: 1, width: 4, battery })
  const unpaid = golds.find(({ paid }) => !paid)
  if (unpaid) throw new TypeError(`The double does not pay the solution: ${unpaid.why}`)
  return cheats
}

/** Names of the cheats that are paid, and of those that escape the judgement. */
export const worthIt = (results: readonly CheatResult[]): string[] => results.filter(({ outcome }) => outcome === 'paid' || outcome === 'escaped').map(({ cheat }) => cheat)
