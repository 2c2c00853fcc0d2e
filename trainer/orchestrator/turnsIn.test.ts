import assert from 'node:assert/strict'
import type { Span } from '../protocol/rollout.ts'
import { joinTurns, turnsIn } from './turns.ts'
import type { Turn } from './turns.ts'

const turn = (text: string, told?: string): Turn => ({
  completion: { promptIndex: 0, sampleIndex: 0, text, tokens: [1], tokenEnds_T: [text.length], logprobs_T: [0], samplingLogprobs_T: [0], entropies_T: [0], stopReason: 'endOfText', seconds: 0 } as Turn['completion'],
  ...(told !== undefined && { told: { text: told, tokens: [2] } })
})

describe('turns of a recorded text', () => {
  it('stand where they were joined', () => {
    const texts = ['\nfirst\n', 'second', '\n third']
    const { completion, turns, told } = joinTurns([turn(texts[0]!, 'error 1'), turn(texts[1]!, 'error\n2'), turn(texts[2]!)], { promptIndex: 0, sampleIndex: 0 })
    const spans: Span[] = told.map((range) => ({ kind: 'tool', ...range }))
    assert.deepEqual(turnsIn(completion.text, spans), { turns, told })
    assert.deepEqual(turns.map(({ from, to }) => completion.text.slice(from, to)), texts)
  })

  it('may be empty', () => {
    const { completion, turns, told } = joinTurns([turn('', 'x'), turn('', 'y'), turn('')], { promptIndex: 0, sampleIndex: 0 })
    assert.deepEqual(turnsIn(completion.text, told.map((range): Span => ({ kind: 'tool', ...range }))), { turns, told })
  })

  it('are one where no tool answered', () => {
    assert.deepEqual(turnsIn('\nall\n', [{ kind: 'step', from: 0, to: 2 }]), { turns: [{ from: 0, to: 5 }], told: [] })
  })
})
