import type { RolloutRow } from '../../../trainer/protocol/rolloutViews.ts'

/** The attempts of one run at one step with one policy. */
export interface HistoryStep {
  readonly run: string
  readonly kind: RolloutRow['kind']
  readonly step: number
  readonly policyVersion: number
  readonly right: number
  readonly graded: number
  readonly meanReward: number | null
  readonly meanTokens: number
  readonly rows: readonly RolloutRow[]
}

/** Puts attempts that belong together into one line each, in the order they came. */
export function historySteps(rows: readonly RolloutRow[]): readonly HistoryStep[] {
  const steps = new Map<string, RolloutRow[]>()
  for (const row of rows) {
    const key = [row.run, row.kind, row.step, row.attempt, row.policyVersion].join('\n')
    const together = steps.get(key)
    if (together) together.push(row)
    else steps.set(key, [row])
  }
  return [...steps.values()].flatMap(summarise)
}

function summarise(rows: RolloutRow[]): HistoryStep[] {
  const [first] = rows
  if (!first) return []
  const rewards = rows.map((row) => row.reward).filter((reward) => reward !== null)
  const { run, kind, step, policyVersion } = first
  return [{
    run, kind, step, policyVersion, rows,
    right: rows.filter((row) => row.correct === true).length,
    graded: rows.filter((row) => row.correct !== null).length,
    meanReward: rewards.length === 0 ? null : rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length,
    meanTokens: rows.reduce((sum, row) => sum + row.completionTokens, 0) / rows.length
  }]
}
