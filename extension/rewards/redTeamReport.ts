import type { CheatResult, GoldResult, RedTeamReport } from '../../trainer/protocol/redTeam.ts'
import { cellOf, columns } from '../reports/columns.ts'

const OUTCOMES: Readonly<Record<CheatResult['outcome'], string>> = { paid: '✗ paid', escaped: '✗ escaped', unpaid: '✓ unpaid', untested: '– untested' }
const ORDER: readonly CheatResult['outcome'][] = ['paid', 'escaped', 'unpaid', 'untested']
const LONGEST_WHY = 160

/** Which cheats a run file's rewards pay. Texts come from programs: the report's document cleans them. */
export function redTeamReport(file: string, { golds, cheats }: RedTeamReport): string {
  const of = (outcome: CheatResult['outcome']): number => cheats.filter((cheat) => cheat.outcome === outcome).length
  const unpaidGolds = golds.filter(({ paid }) => !paid)
  const rows = [...cheats].sort((a, b) => ORDER.indexOf(a.outcome) - ORDER.indexOf(b.outcome))
  return [
    `${file}: ${verdict(of('paid'), of('escaped'), unpaidGolds.length)}`,
    `${cheats.length} cheats tried: ${of('paid')} paid, ${of('escaped')} not scorable where the solution is, ${of('unpaid')} unpaid, ${of('untested')} untested.`,
    ...(unpaidGolds.length === 0 ? [] : ['', 'Solutions that are not paid', columns(unpaidGolds.map(goldOf))]),
    '',
    columns([['', 'cheat', 'reward', 'why'], ...rows.map(rowOf)]),
    ''
  ].join('\n')
}

const goldOf = ({ environment, problemId, why }: GoldResult): string[] => [environment, problemId, cellOf(why, LONGEST_WHY)]
const rowOf = ({ outcome, title, reward, why }: CheatResult): string[] => [OUTCOMES[outcome], title, reward === null ? '–' : reward.toFixed(3), cellOf(why, LONGEST_WHY)]

function verdict(paid: number, escaped: number, golds: number): string {
  if (paid + escaped > 0) return 'this reward can be cheated'
  return golds > 0 ? 'no cheat is paid, and neither are all solutions' : 'no cheat is paid, all solutions are'
}
