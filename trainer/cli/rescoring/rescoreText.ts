import type { RescoreChanges } from '../../evals/rescoreChanges.ts'
import { plainLine } from '../terminal/plainText.ts'
import { amount, share } from '../terminal/numbers.ts'
import { definitions, table } from '../terminal/table.ts'

const number = (value: number | null): string => (value === null ? 'none' : share(value))
const LISTED = 10

/** What a re-score changed, for people. */
export function rescoreText(what: { readonly reward: string; readonly replaces: string | null; readonly scores: string }, changes: RescoreChanges): string {
  const { rollouts, notScorable, changed, higher, lower, groups, flatBefore, flatAfter, turned, largest, reasons } = changes
  const standsFor = what.replaces === null ? 'the whole reward' : `the part ${what.replaces}`
  return [
    `${plainLine(what.reward)} in the place of ${plainLine(standsFor)}, on ${amount(rollouts)} rollouts`,
    definitions([
      ['changed', `${amount(changed)} (${amount(higher)} higher, ${amount(lower)} lower)`],
      ['right or wrong', `${amount(changes.becameRight)} now right, ${amount(changes.becameWrong)} now wrong: a score of 1 or more is right`],
      ['mean score', `${number(changes.meanBefore)} → ${number(changes.meanAfter)}`],
      ['mean total', `${number(changes.meanTotalBefore)} → ${number(changes.meanTotalAfter)}`],
      ['other side', `${amount(turned)} rollouts change sides of their group’s mean`],
      ['flat groups', `${amount(flatBefore)} → ${amount(flatAfter)} of ${amount(groups)}, all totals equal`],
      ['not scorable', amount(notScorable)],
      ['scores', plainLine(what.scores)]
    ]),
    ...(largest.length === 0 ? [] : [table([['rollout', 'before', 'after', 'why'], ...largest.slice(0, LISTED).map(rowOf)])]),
    ...reasons.map(({ why, count }) => `  not scorable ${amount(count)}×: ${plainLine(why)}`)
  ].join('\n')
}

const rowOf = ({ id, before, after, why }: RescoreChanges['largest'][number]): string[] => [plainLine(id), number(before), number(after), plainLine(why)]
