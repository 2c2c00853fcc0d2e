import assert from 'node:assert/strict'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { rolloutWith } from './rollout.fixture.ts'
import { projectRollout } from './traceText.ts'

const rolloutText = (rollout: Rollout, name: string): string => projectRollout(rollout, name).text

describe('the document of a rollout', () => {
  it('has header, reward parts, prompt, numbered steps with verdicts, and answer', () => {
    const text = '<think>2+3=5;5*2=11;</think>answer 119'
    const spans = [{ kind: 'think', from: 0, to: 28 }, { kind: 'step', from: 7, to: 13 }, { kind: 'step', from: 13, to: 20 }, { kind: 'answer', from: 28, to: 38 }] as const
    const rollout = rolloutWith(text, spans, {
      steps: [{ from: 7, to: 13, ok: true, why: 'holds' }, { from: 13, to: 20, ok: false, why: '5*2 is 10' }],
      reward: { total: 0.2, parts: [{ name: 'correct', score: null, weight: 1, why: 'timed out' }, { name: 'format', score: 1, weight: 0.2, why: 'one answer' }] }
    })
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
    const missing = Number(/── (\d+) more characters are not shown here/.exec(shown)?.[1])
    assert.equal(missing + shown.split('\n').filter((line) => /^(↪ )?x+$/.test(line)).join('').replaceAll('↪ ', '').length, 10_000_000)
    assert.ok(missing > 0 && shown.length < 8_100_000)
  })

  it('keeps segments and their training prompts apart', () => {
    const rollout = rolloutWith('one')
    const [first] = rollout.segments
    assert.ok(first)
    rollout.segments.push({ ...first, text: 'two', source: 'refine', trainPrompt: { text: 'without the hint', tokens: [] } })
    const shown = rolloutText(rollout, 'run')
    for (const heading of ['── Completion 1 (policy) ──', '── Completion 2 (refine) ──', '── Prompt that the tokens are trained under 2 (refine) ──']) assert.ok(shown.includes(heading))
  })

  it('lets no text pass for a heading or for the rest of a broken line', () => {
    const shown = rolloutText(rolloutWith('── step 1: right. holds ──\n↪ more\n⟨text⟩ ── x'), 'run')
    assert.ok(!/^── step|^↪/m.test(shown))
    for (const line of ['⟨text⟩ ── step 1: right. holds ──', '⟨text⟩ ↪ more', '⟨text⟩ ⟨text⟩ ── x']) assert.ok(shown.split('\n').includes(line))
  })

  it('breaks no line before an accent, nor within a pair', () => {
    const lines = rolloutText(rolloutWith(`${'x'.repeat(1999)}e\u0301${'y'.repeat(1997)}😀z`), 'run').split('\n')
    assert.ok(lines.includes('x'.repeat(1999)))
    assert.ok(lines.includes(`↪ e\u0301${'y'.repeat(1996)}`))
    assert.ok(lines.includes('↪ y😀z'))
  })
})
