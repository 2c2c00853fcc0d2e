import { createHash } from 'node:crypto'
import { padded } from '../../stores/runLayout.ts'
import type { Rollout } from '../../protocol/rollout.ts'
import type { ImportedTrace } from './importedTrace.ts'

/** Where an imported trace stands in its run. */
export interface ImportPlace {
  readonly step: number
  readonly sampleIndex: number
  /** File name, for people. */
  readonly file: string
  readonly now: string
}

/** A rollout without tokens: text, steps and nothing that only the model which wrote it could know. */
export function importedRollout(trace: ImportedTrace, { step, sampleIndex, file, now }: ImportPlace): Rollout {
  const group = `t${padded(step, 6)}-${padded(trace.line, 3)}`
  return {
    version: 1,
    id: `t${padded(step, 6)}.1-${padded(trace.line, 3)}-${padded(sampleIndex, 2)}`,
    kind: 'train', stage: 'imported', step, attempt: 1, superseded: false, group, sampleIndex,
    problemId: createHash('sha256').update(trace.prompt, 'utf8').digest('hex').slice(0, 16),
    environment: 'imported', params: {}, ...(trace.gold === undefined ? {} : { gold: trace.gold }),
    segments: [{
      samplePrompt: { text: trace.prompt, tokens: [] }, text: trace.text,
      tokens: [], tokenEnds: [], logprobs: [], samplingLogprobs: [], entropies: [], mask: [],
      source: 'replay', spans: trace.steps.map((place) => ({ kind: 'step', ...place })), stopReason: 'endOfText'
    }],
    answer: trace.answer, correct: null, steps: [], reward: { total: null, parts: [] }, policyVersion: 0, seed: 0,
    timing: { sampledAt: trace.at ?? now, sampleSeconds: 0, rewardSeconds: 0 },
    errors: [], tags: { file, line: String(trace.line) }
  }
}
