import type { RewardPart, Rollout } from '../../trainer/protocol/rollout.ts'
import { completionLength } from '../../trainer/protocol/toolTokens.ts'
import { sampledText } from '../../webviews/protocol/sampledText.ts'
import { stopWord } from '../../webviews/protocol/stopWords.ts'
import { visibleText } from '../../webviews/protocol/visibleText.ts'
import type { FactLine } from './projection.ts'

export interface HeaderRow {
  readonly name: string
  readonly value: string
  readonly fact?: FactLine['fact']
}

/** What is known of a rollout as a whole, a line each. */
export function headerRows(rollout: Rollout, runName: string): readonly HeaderRow[] {
  return [
    { name: 'Rollout', value: rollout.id, fact: 'rollout' },
    { name: 'Run', value: runName },
    { name: 'Kind', value: `${rollout.kind}, stage ${rollout.stage}, step ${rollout.step}, attempt ${rollout.attempt}${rollout.superseded ? ' (done again later)' : ''}` },
    { name: 'Group', value: `${rollout.group}, sample ${rollout.sampleIndex}` },
    { name: 'Problem', value: `${rollout.problemId} (${rollout.environment})` },
    { name: 'Verdict', value: verdictWord(rollout.correct), fact: 'verdict' },
    { name: 'Reward', value: rewardWord(rollout.reward.total), fact: 'reward' },
    { name: 'Filter', value: rollout.filter ? `${rollout.filter.kept ? 'kept' : 'dropped'}: ${rollout.filter.why}` : 'not applied' },
    { name: 'Stopped by', value: stopWord(rollout.segments[0]?.stopReason ?? '') },
    { name: 'Tokens', value: String(completionLength(rollout)) },
    { name: 'Policy', value: `${rollout.policyVersion} optimiser steps seen` },
    { name: 'Seed', value: String(rollout.seed) },
    { name: 'Sampled', value: sampledText(rollout.timing) }
  ]
}

export const partRows = (rollout: Rollout): readonly string[] => rollout.reward.parts.map(partText)

/** `format: 1 × 0.2 = 0.2. one answer` */
export function partText(part: RewardPart): string {
  const value = part.score === null ? `not scorable × ${number(part.weight)}` : `${number(part.score)} × ${number(part.weight)} = ${number(part.score * part.weight)}`
  return `${oneLine(part.name)}: ${value}. ${oneLine(part.why)}`
}

export function answerRows(rollout: Rollout): readonly string[] {
  const parsed = `Parsed  ${rollout.answer === null ? 'none found' : oneLine(rollout.answer)}`
  return rollout.gold === undefined ? [parsed] : [parsed, `Gold    ${oneLine(rollout.gold)}`]
}

export const oneLine = (text: string): string => visibleText(text.slice(0, 4000).replace(/\s+/g, ' '))
export const number = (value: number): string => String(Number(value.toPrecision(6)))
export const verdictWord = (correct: boolean | null): string => (correct === null ? 'not scorable' : correct ? 'right' : 'wrong')
export const rewardWord = (total: number | null): string => (total === null ? 'not scorable' : number(total))
