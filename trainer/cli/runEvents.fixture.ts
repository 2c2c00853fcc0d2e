import type { RunEvent } from '../protocol/events.ts'
import type { EvaluationResult, Summary } from '../protocol/summary.ts'

type Stated<E> = E extends RunEvent ? Omit<E, 'version' | 'at'> : never

export const event = (stated: Stated<RunEvent>): RunEvent => ({ version: 1, at: '2026-01-02T03:04:05.000Z', ...stated }) as RunEvent

export function evaluation(passAt1: number): EvaluationResult {
  const around = (value: number): { value: number; low: number; high: number } => ({ value, low: value - 0.02, high: value + 0.02 })
  return {
    environment: 'arithmetic-chain', problems: 200, samplesPerProblem: 16, temperature: 1, passAt1: around(passAt1), passAt16: around(0.95),
    passAtK: { '1': around(passAt1), '16': around(0.95) }, greedy: around(passAt1 + 0.03), stepTruth: around(0.8), truncated: 0.01, meanTokens: 22.5
  }
}

export function summary(state: Summary['state'] = 'finished', gain = 0.4): Summary {
  return {
    version: 1, runId: 'r1', name: 'chain', state, heldOut: { before: evaluation(0.28), after: evaluation(0.28 + gain) },
    gain: { value: gain, low: gain - 0.05, high: gain + 0.05 }, retention: { harder: { before: evaluation(0.1), after: evaluation(0.2) } },
    throughput: { rolloutsPerSecond: 412.4, sampledTokensPerSecond: 9321.7, trainedTokensPerSecond: 15002 },
    cost: { wallSeconds: 95.4, sampledTokens: 170_000, trainedTokens: 171_000, rollouts: 7680, rewardSeconds: 1.2, peakMemoryBytes: 412_000_000 },
    versions: { 'rollout-lab': '0.1.0' }
  }
}

/** A whole small run. */
export function story(): RunEvent[] {
  const step = (n: number, reward: number, secondsLeft: number): RunEvent =>
    event({ type: 'stepFinished', step: n, stage: 'rl', metrics: { 'reward/mean': reward, 'train/passAt1': reward, 'throughput/sampled': 9321.7 }, secondsLeft })
  return [
    event({ type: 'runStarted', step: 0, runId: 'r1', directory: '/runs/chain--base--r1', resumed: false, steps: 2 }),
    event({ type: 'stageStarted', step: 0, stage: 'rl', steps: 2 }),
    event({ type: 'evaluation', step: 0, when: 'before', name: 'heldOut', result: evaluation(0.28) }),
    event({ type: 'rolloutShown', step: 0, rolloutId: 'e0', problem: '26 * 2 + 6 :', text: '26 * 2 + 6 = 9 answer 9', reward: null, correct: false }),
    event({ type: 'stepStarted', step: 1, stage: 'rl', attempt: 1 }),
    step(1, 0.3, 65),
    event({ type: 'rolloutShown', step: 1, rolloutId: 'e1', problem: '26 * 2 + 6 :', text: '26 * 2 = 2 ; 2 + 6 = 9 answer 9', reward: null, correct: false }),
    event({ type: 'warning', step: 1, code: 'x', message: 'evil \u001b[31mred\u001b[0m \u202etxet' }),
    step(2, 0.5, 0),
    event({ type: 'evaluation', step: 2, when: 'after', name: 'heldOut', result: evaluation(0.68) }),
    event({ type: 'rolloutShown', step: 2, rolloutId: 'e2', problem: '26 * 2 + 6 :', text: '26 * 2 = 2 ; 2 + 6 = 8 answer 8', reward: null, correct: true }),
    event({ type: 'checkpointSaved', step: 2, directory: '/runs/chain--base--r1/checkpoints/step-000002' }),
    event({ type: 'modelExported', step: 2, directory: '/runs/chain--base--r1/model' }),
    event({ type: 'runFinished', step: 2, state: 'finished', summary: summary() })
  ]
}
