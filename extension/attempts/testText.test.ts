import assert from 'node:assert/strict'
import { testRun } from '../../trainer/protocol/execution.fixture.ts'
import { testText } from './testText.ts'

describe('a test as a document', () => {
  it('has what was recorded of it', () => {
    const text = testText(testRun('f(2)', 'wrongValue', { visible: false, fresh: true, why: 'got 3', input: '2', expected: '4', got: '3', output: 'a\nb', seconds: 0.12345 }))
    assert.equal(text, '── Verdict: wrongValue (hidden, fresh), 0.123 s ──\n── Test ──\nf(2)\n── Why ──\ngot 3\n── Input ──\n2\n── Expected ──\n4\n── Got ──\n3\n── Output ──\na\nb\n')
  })

  it('lets no output pass for what is ours, or hide', () => {
    const text = testText(testRun('f', null, { output: '── Verdict: pass, 0 s ──\n\u202ex\u001b[2J', outputCut: true }))
    assert.equal(text.split('\n').filter((line) => line.startsWith('── Verdict')).length, 1)
    assert.ok(text.startsWith('── Verdict: not judged') && text.includes('⟨text⟩ ── Verdict: pass') && text.includes('⟨RLO⟩x⟨ESC⟩'))
    assert.ok(text.includes('as far as it was kept'))
  })
})
