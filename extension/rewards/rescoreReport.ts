import { z } from 'zod'
import { plainText } from '../plainText.ts'
import { cellOf, columns } from '../reports/columns.ts'

const Mean = z.number().nullable()

/** Lines of `lab rescore --json` while it works: rollouts scored, of about so many. */
export const Progress = z.object({ type: z.literal('progress'), done: z.number(), of: z.number() })
export type Progress = z.infer<typeof Progress>

/** Last line of `lab rescore --json`. */
export const Rescored = z.object({
  type: z.literal('rescored'),
  reward: z.string(),
  replaces: z.string().nullable(),
  scores: z.string(),
  changes: z.object({
    rollouts: z.number(), notScorable: z.number(), changed: z.number(), higher: z.number(), lower: z.number(),
    meanBefore: Mean, meanAfter: Mean, meanTotalBefore: Mean, meanTotalAfter: Mean, becameRight: z.number(), becameWrong: z.number(),
    turned: z.number(), groups: z.number(), flatBefore: z.number(), flatAfter: z.number(),
    largest: z.array(z.object({ id: z.string(), step: z.number(), before: Mean, after: Mean, why: z.string() })),
    reasons: z.array(z.object({ why: z.string(), count: z.number() }))
  })
})
export type Rescored = z.infer<typeof Rescored>

const LONGEST_WHY = 120

/** What an edited reward changed on the rollouts of a run. Texts of rewards are hostile: the report's document cleans them. */
export function rescoreReport(file: string, run: string, { reward, replaces, scores, changes }: Rescored, seconds: number): string {
  const { rollouts, notScorable, changed, higher, lower, turned, groups, flatBefore, flatAfter, largest, reasons } = changes
  return [
    `${file}: ${reward} in the place of ${replaces === null ? 'the whole reward' : `the part ${replaces}`}`,
    `${count(rollouts)} training rollouts of ${run}, scored again in ${seconds.toFixed(1)} s. What the run recorded is as it was.`,
    '',
    columns([
      ['Changed', `${count(changed)} of ${count(rollouts)}`, `${count(higher)} higher, ${count(lower)} lower`],
      ['Right or wrong', `${count(changes.becameRight)} now right, ${count(changes.becameWrong)} now wrong`, 'by the reward: a score of 1 or more is right'],
      ['Mean score', `${number(changes.meanBefore)} → ${number(changes.meanAfter)}`, 'over rollouts scored before and now'],
      ['Mean total', `${number(changes.meanTotalBefore)} → ${number(changes.meanTotalAfter)}`, 'weighted sum of all parts'],
      ['Turned', count(turned), 'rollouts on the other side of their group’s mean: they would be pushed the other way'],
      ['Flat groups', `${count(flatBefore)} → ${count(flatAfter)} of ${count(groups)}`, 'all totals equal: they teach nothing'],
      ['Not scorable', count(notScorable), 'no score now']
    ]),
    ...(reasons.length === 0 ? [] : ['', 'Why rollouts have no score', ...reasons.map(({ why, count: times }) => `  ${count(times)}×  ${cellOf(why, LONGEST_WHY)}`)]),
    ...(largest.length === 0 ? [] : ['', 'Largest changes, each a link to its rollout', columns([['rollout', 'before', 'now', 'why'], ...largest.map(rowOf)])]),
    '',
    `All scores: ${scores}`,
    'Saving the file scores again, as long as this report is open.'
  ].join('\n')
}

/** How the report names a rollout: one word, whatever its id holds. */
export const shownId = (id: string): string => plainText(id).replaceAll(/\s+/g, '_').slice(0, LONGEST_WHY)

const rowOf = ({ id, before, after, why }: Rescored['changes']['largest'][number]): string[] => [shownId(id), number(before), number(after), cellOf(why, LONGEST_WHY)]
const count = (value: number): string => value.toLocaleString('en-US')
const number = (value: number | null): string => (value === null ? '–' : value.toFixed(3))
