import assert from 'node:assert/strict'
import { joinTurns } from '../../orchestrator/turns.ts'
import type { Turn } from '../../orchestrator/turns.ts'
import type { Span } from '../../protocol/rollout.ts'
import { programOfTurn } from './programOfTurn.ts'

const turn = (text: string, told?: string): Turn => ({
  completion: { promptIndex: 0, sampleIndex: 0, text, tokens: [1], tokenEnds_T: [text.length], logprobs_T: [0], samplingLogprobs_T: [0], entropies_T: [0], stopReason: 'endOfText', seconds: 0 } as Turn['completion'],
  ...(told !== undefined && { told: { text: told, tokens: [2] } })
})

describe('the program of a turn', () => {
  it('is what the turn wrote, as it was executed', () => {
    const texts = ['\nfirst\n', 'second', '\n third']
    const { completion, told } = joinTurns([turn(texts[0]!, 'error 1'), turn(texts[1]!, 'error\n2'), turn(texts[2]!)], { promptIndex: 0, sampleIndex: 0 })
    const spans: Span[] = told.map((range) => ({ kind: 'tool', ...range }))
    assert.deepEqual([1, 2, 3].map((number) => programOfTurn(completion.text, spans, number)), texts)
    assert.deepEqual([0, 4].map((number) => programOfTurn(completion.text, spans, number)), [undefined, undefined])
  })

  it('is the whole completion where no tool answered', () => {
    assert.equal(programOfTurn('\nall\n', [{ kind: 'step', from: 0, to: 2 }], 1), '\nall\n')
  })
})
