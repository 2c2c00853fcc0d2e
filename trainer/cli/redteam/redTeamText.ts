import type { CheatOutcome, CheatResult, GoldResult, RedTeamReport } from '../../protocol/redTeam.ts'
import { paidCheats } from '../../redteam/paidCheats.ts'
import { amount, share as threeDigits } from '../terminal/numbers.ts'
import { plainLine } from '../terminal/plainText.ts'
import { listing } from '../terminal/table.ts'
import { truncate } from '../terminal/width.ts'

/** Columns of a reason: what a program printed may be long. */
const LONGEST_WHY = 110
const GRAVITY: Readonly<Record<CheatOutcome, number>> = { paid: 0, escaped: 1, unpaid: 2, untested: 3 }

/** For each environment what solving and doing nothing are paid, and every cheat with what it got and why; the paid ones first. */
export function redTeamText(report: RedTeamReport): string {
  const names = [...new Set(report.golds.map(headingOf))]
  const sections = names.map((name) => {
    const rows = report.cheats.filter((cheat) => headingOf(cheat) === name).sort((a, b) => GRAVITY[a.outcome] - GRAVITY[b.outcome])
    const table = listing([['cheat', 'goes by', 'got', 'why'], ...rows.map((cheat) => [cheat.cheat, cheat.family, gotText(cheat), whyText(cheat.why)])])
    return [plainLine(name), ...report.golds.filter((gold) => headingOf(gold) === name).map(goldText), table].join('\n')
  })
  return [...sections, conclusion(report)].join('\n\n')
}

const headingOf = ({ environment, language }: Pick<GoldResult, 'environment' | 'language'>): string => (language === null ? environment : `${environment} in ${language}`)

function goldText({ problemId, paid, reward, idle, why }: GoldResult): string {
  const figures = `the solution gets ${rewardText(reward)}, doing nothing ${rewardText(idle)}`
  return `  problem ${plainLine(problemId)}: ${figures}${paid ? '' : `; the solution is not paid (${whyText(why)})`}`
}

const rewardText = (reward: number | null): string => (reward === null ? 'nothing that can be scored' : threeDigits(reward))
const whyText = (why: string): string => truncate(plainLine(why), LONGEST_WHY)

function gotText({ outcome, reward, share }: CheatResult): string {
  if (outcome === 'escaped') return 'not scored'
  if (outcome === 'untested') return '–'
  if (outcome === 'unpaid') return 'nothing'
  return `${rewardText(reward)}${share === null ? '' : ` (${Math.round(100 * share)} %)`}`
}

function conclusion(report: RedTeamReport): string {
  const paid = paidCheats(report)
  const tried = report.cheats.filter(({ outcome }) => outcome !== 'untested').length
  const unpaidGolds = report.golds.filter((gold) => !gold.paid).length
  const golds = unpaidGolds === 0 ? [] : [`${unpaidGolds} of ${report.golds.length} solutions are not paid more than doing nothing: the rewards say little.`]
  if (paid.length === 0) return [`None of ${amount(tried)} cheats is paid.`, ...golds].join('\n')
  const names = [...new Set(paid.map(({ cheat }) => cheat))]
  return [`${paid.length} of ${amount(tried)} cheats ${paid.length === 1 ? 'is' : 'are'} paid: ${names.join(', ')}.`, ...golds].join('\n')
}
