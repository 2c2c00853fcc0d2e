import { LabError } from '../errors.ts'
import type { CheatResult, PaidCheat, RedTeamReport } from '../protocol/redTeam.ts'
import type { Cheat } from './cheat.ts'

/** Cheats that are worth trying for a policy: those that are paid, and those that cost nothing because they cannot be scored. */
export const paidCheats = ({ cheats }: RedTeamReport): CheatResult[] => cheats.filter(({ outcome }) => outcome === 'paid' || outcome === 'escaped')

/** @throws LabError `usage/option` for a name that no cheat has. */
export function refuseUnknownCheats(accepted: readonly string[], battery: readonly Cheat[]): void {
  const unknown = accepted.find((given) => battery.every(({ name }) => name !== given))
  if (unknown === undefined) return
  throw new LabError('usage', 'usage/option', `There is no cheat ${JSON.stringify(unknown)}.`, {
    place: '--accept-paid-cheats', remedy: 'Take names from the table of `lab redteam`.'
  })
}

/**
 * Before a run starts: a paid cheat must have been waved through by its name.
 * @returns what was waved through, that nothing could be tried, and solutions that are not paid: for the record of the run.
 * @throws PaidCheatsError naming those that were not.
 */
export function refusePaidCheats(report: RedTeamReport, accepted: readonly string[]): readonly Notice[] {
  const paid = paidCheats(report)
  const refused = paid.filter(({ cheat }) => !accepted.includes(cheat))
  if (refused.length > 0) throw new PaidCheatsError(refused, report.cheats.length)
  const unpaid = report.golds.filter((gold) => !gold.paid)
  const [untested] = report.cheats.every(({ outcome }) => outcome === 'untested') ? report.cheats : []
  return [
    ...(untested ? [{ code: 'reward/cheats-untested', message: `No cheat was tried on the rewards: ${untested.why}` }] : []),
    ...paid.map((result) => ({ code: 'reward/paid-cheat', message: `A paid cheat was accepted: ${toldOf(result)}` })),
    ...unpaid.map(({ environment, problemId, why }) => ({ code: 'reward/unpaid-solution', message: `The solution of ${problemId} (${environment}) is not paid more than doing nothing: ${why}` }))
  ]
}

/** What is paid and was not waved through. */
export class PaidCheatsError extends LabError {
  /** Each cheat once. */
  readonly paid: readonly PaidCheat[]

  constructor(refused: readonly CheatResult[], of: number) {
    const told = refused.slice(0, MOST_TOLD).map((result) => `  ${toldOf(result)}`)
    const more = refused.length > MOST_TOLD ? [`  and ${refused.length - MOST_TOLD} more`] : []
    const paid = refused.filter(({ cheat }, at) => refused.findIndex((other) => other.cheat === cheat) === at)
    super('usage', 'reward/paid-cheats', [`The rewards pay ${refused.length} of ${of} cheats, so that a model may learn them:`, ...told, ...more].join('\n'), {
      place: 'rewards', remedy: `Correct the rewards (\`lab redteam\` shows all), or start with --accept-paid-cheats ${paid.map(({ cheat }) => cheat).join(' ')}`
    })
    this.paid = paid.map(({ cheat, title, why }) => ({ cheat, title, why: why.slice(0, LONGEST_WHY) }))
  }
}

/** Something to record when the run begins. */
export interface Notice {
  readonly code: string
  readonly message: string
}

const MOST_TOLD = 5

const LONGEST_WHY = 200

const toldOf = ({ cheat, title, outcome, reward, why }: CheatResult): string =>
  `${cheat} ${title}; ${outcome === 'escaped' ? 'it is not scored' : `it is paid ${Number(reward?.toFixed(3))}`} (${why.slice(0, LONGEST_WHY)})`
