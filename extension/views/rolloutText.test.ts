import assert from 'node:assert/strict'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { rolloutText } from './rolloutText.ts'

function rolloutWith(text: string, more: Partial<Rollout> = {}): Rollout {
  return {
    version: 1, id: 't000001.1-000-02', kind: 'train', stage: 'rl', step: 1, attempt: 1, superseded: false, group: 'g0', sampleIndex: 2, problemId: 'chain-7', environment: 'arithmeticChain',
    params: {}, gold: '118', answer: '119', correct: false, steps: [], reward: { total: 0.2, parts: [] }, policyVersion: 0, seed: 5,
    timing: { sampledAt: '2026-01-02T03:04:05Z', sampleSeconds: 0.5, rewardSeconds: 0.01 }, errors: [], tags: {},
    segments: [{
      samplePrompt: { text: '2 + 3 = ?', tokens: [] }, text, tokens: [], tokenEnds: [], logprobs: [], samplingLogprobs: [], entropies: [], mask: [], source: 'policy', spans: [], stopReason: 'endOfText'
    }],
    ...more
  }
}

describe('rolloutText', () => {
  it('has header, reward parts, prompt, numbered steps with verdicts, and answer', () => {
    const text = '<think>2+3=5;5*2=11;</think>answer 119'
    const rollout = rolloutWith(text, {
      steps: [{ from: 7, to: 13, ok: true, why: 'holds' }, { from: 13, to: 20, ok: false, why: '5*2 is 10' }],
      reward: { total: 0.2, parts: [{ name: 'correct', score: null, weight: 1, why: 'timed out' }, { name: 'format', score: 1, weight: 0.2, why: 'one answer' }] }
    })
    rollout.segments[0]?.spans.push({ kind: 'think', from: 0, to: 28 }, { kind: 'step', from: 7, to: 13 }, { kind: 'step', from: 13, to: 20 }, { kind: 'answer', from: 28, to: 38 })
    const shown = rolloutText(rollout, 'my run')
    const lines = shown.split('\n')
    for (const line of ['Run         my run', 'Verdict     wrong', 'correct: not scorable × 1. timed out', 'format: 1 × 0.2 = 0.2. one answer', '2 + 3 = ?', '── step 1: right. holds ──', '── step 2: wrong. 5*2 is 10 ──', '5*2=11;', 'answer 119', 'Parsed  119', 'Gold    118']) {
      assert.ok(lines.includes(line), `${line}\n\n${shown}`)
    }
    assert.ok(lines.indexOf('── step 1: right. holds ──') < lines.indexOf('── step 2: wrong. 5*2 is 10 ──'))
  })

  it('shows what cannot be seen', () => {
    const shown = rolloutText(rolloutWith('\u001b[31m\u202eevil\ud800'), 'run\u200bname\nwith lines')
    assert.match(shown, /⟨ESC⟩\[31m⟨RLO⟩evil⟨U\+D800⟩/)
    assert.match(shown, /Run {9}run⟨ZWSP⟩name with lines/)
  })

  it('breaks lines that editors would not draw, losing nothing', () => {
    const long = '😀ab'.repeat(3000)
    const shown = rolloutText(rolloutWith(long), 'run')
    assert.ok(shown.split('\n').every((line) => line.length <= 2003))
    assert.ok(shown.replaceAll('\n↪ ', '').includes(long))
  })

  it('says how much of an enormous text it leaves out', () => {
    const shown = rolloutText(rolloutWith('x'.repeat(10_000_000)), 'run')
    assert.match(shown, /2000000 more characters are not shown here/)
    assert.ok(shown.length < 8_100_000)
  })

  it('keeps segments and their training prompts apart', () => {
    const rollout = rolloutWith('one')
    const [first] = rollout.segments
    assert.ok(first)
    rollout.segments.push({ ...first, text: 'two', source: 'refine', trainPrompt: { text: 'without the hint', tokens: [] } })
    const shown = rolloutText(rollout, 'run')
    for (const heading of ['── Completion 1 (policy) ──', '── Completion 2 (refine) ──', '── Prompt that the tokens are trained under 2 (refine) ──']) assert.ok(shown.includes(heading))
  })
})
