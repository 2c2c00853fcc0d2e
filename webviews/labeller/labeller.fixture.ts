import type { Label, LabelRecordInput, LabelSet } from '../../trainer/protocol/label.ts'
import type { Rollout, StepVerdict } from '../../trainer/protocol/rollout.ts'

/** A rollout whose completion has so many steps, one token a character. */
export function rolloutWithSteps(count: number, id = 'r1', steps: readonly StepVerdict[] = []): Rollout {
  const words = Array.from({ length: count }, (_, step) => `${step} + 1 = ${step + 1}`)
  const text = `${words.join(' ; ')} answer ${count}`
  let at = 0
  const spans: Rollout['segments'][number]['spans'] = words.map((word) => {
    const from = text.indexOf(word, at)
    at = from + word.length
    return { kind: 'step', from, to: at }
  })
  spans.push({ kind: 'answer', from: text.length - String(count).length, to: text.length })
  const zeros = Array.from(text, () => 0)
  return {
    version: 1, id, kind: 'train', stage: 'rl', step: 1, attempt: 1, superseded: false, group: 'g1', sampleIndex: 0, problemId: 'p1', environment: 'arithmetic-chain', params: {}, gold: String(count),
    segments: [{
      samplePrompt: { text: 'Count.', tokens: [1] }, text, tokens: zeros, tokenEnds: Array.from(text, (_, index) => index + 1), logprobs: zeros, samplingLogprobs: zeros, entropies: zeros,
      mask: Array.from(text, () => 1 as const), source: 'policy', spans, stopReason: 'endOfText'
    }],
    answer: String(count), correct: true, steps: [...steps], reward: { total: 1, parts: [] }, policyVersion: 0, seed: 0,
    timing: { sampledAt: '2026-01-01T00:00:00.000Z', sampleSeconds: 1, rewardSeconds: 0 }, errors: [], tags: {}
  }
}

/** A record as the disk gives it back. */
export function labelOf(record: Pick<LabelRecordInput, 'rollout' | 'anchor' | 'opinion'> & Partial<Label>, id: string, minute = 0): Label {
  const at = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString()
  return {
    version: 1, id, firstId: id, labeler: 'ann', at, createdAt: at, run: 'run', problemId: 'p1', source: { kind: 'human' }, draft: false, qualityControl: false, seconds: 0, blind: false, resolved: false, replies: [],
    ...record
  } as Label
}

export const QUALITY: LabelSet = {
  name: 'quality', title: 'Quality', description: '', schemaHash: 'h1', fields: [
    { name: 'kind', title: 'Kind of error', description: '', required: true, type: 'choice', options: ['arithmetic', 'logic', 'format'] },
    { name: 'clarity', title: 'Clarity', description: '', required: false, type: 'integer', minimum: 1, maximum: 5 },
    { name: 'useful', title: 'Useful', description: '', required: false, type: 'boolean' },
    { name: 'why', title: 'Why', description: '', required: false, type: 'text' }
  ]
}
