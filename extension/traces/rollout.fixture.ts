import type { Rollout, Span } from '../../trainer/protocol/rollout.ts'

/** A rollout with this completion and these spans. */
export function rolloutWith(text: string, spans: readonly Span[] = [], more: Partial<Rollout> = {}): Rollout {
  return {
    version: 1, id: 't000001.1-000-02', kind: 'train', stage: 'rl', step: 1, attempt: 1, superseded: false, group: 'g0', sampleIndex: 2, problemId: 'chain-7', environment: 'arithmeticChain',
    params: {}, gold: '118', answer: '119', correct: false, steps: [], reward: { total: 0.2, parts: [] }, policyVersion: 0, seed: 5,
    timing: { sampledAt: '2026-01-02T03:04:05Z', sampleSeconds: 0.5, rewardSeconds: 0.01 }, errors: [], tags: {},
    segments: [{
      samplePrompt: { text: '2 + 3 = ?', tokens: [] }, text, tokens: [], tokenEnds: [], logprobs: [], samplingLogprobs: [], entropies: [], mask: [], source: 'policy', spans: [...spans], stopReason: 'endOfText'
    }],
    ...more
  }
}
