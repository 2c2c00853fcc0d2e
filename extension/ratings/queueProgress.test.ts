import assert from 'node:assert/strict'
import type { Shell } from '../shell.ts'
import { progressTeller } from './queueProgress.ts'

interface Answer {
  give(completed: number): void
  fail(): void
}

function bench() {
  const answers: Answer[] = []
  const ask = () => new Promise((resolve, reject) => answers.push({ give: (completed) => resolve({ completed, total: 9 }), fail: () => reject(new Error('down')) }))
  const shell = { queries: { ask }, labels: { labeler: async () => 'ann' }, labelQueue: { kind: 'failing' } } as unknown as Pick<Shell, 'labels' | 'queries' | 'labelQueue'>
  const open = { labeler: 'ann', place: { run: '/runs/a', id: 'x' } }
  const seen = { trace: open as typeof open | undefined, shown: undefined as string | undefined }
  const tell = progressTeller(shell, () => seen.trace, { show: ({ text }) => (seen.shown = text), hide: () => (seen.shown = undefined) })
  return { answers, seen, tell }
}

describe('how far the labeler is', () => {
  it('stands there while a trace is open', async () => {
    const { answers, seen, tell } = bench()
    const told = tell()
    answers[0]!.give(2)
    await told
    assert.equal(seen.shown, '$(tasklist) 2 of 9 labelled · Failing')
  })

  it('does not come back by an answer that comes after the trace was left', async () => {
    const { answers, seen, tell } = bench()
    const told = tell()
    seen.trace = undefined
    await tell()
    answers[0]!.give(2)
    await told
    assert.equal(seen.shown, undefined)
  })

  it('is as the newest answer says, and stays where an older question fails', async () => {
    for (const end of [(answer: Answer) => answer.give(1), (answer: Answer) => answer.fail()]) {
      const { answers, seen, tell } = bench()
      const [older, newer] = [tell(), tell()]
      answers[1]!.give(2)
      await newer
      end(answers[0]!)
      await Promise.allSettled([older])
      assert.equal(seen.shown, '$(tasklist) 2 of 9 labelled · Failing')
    }
  })

  it('is hidden where it cannot be told any more', async () => {
    const { answers, seen, tell } = bench()
    const first = tell()
    answers[0]!.give(2)
    await first
    const second = tell()
    answers[1]!.fail()
    await assert.rejects(second, /down/)
    assert.equal(seen.shown, undefined)
  })
})
