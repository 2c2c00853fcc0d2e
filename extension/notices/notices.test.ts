import assert from 'node:assert/strict'
import { queued, shown } from '../runs/runs.fixture.ts'
import { attentionFor, createAttentionWatch } from './attention.ts'
import { cleaningProposal, sizeText } from './cleaning.ts'

const state = { version: 1, runId: 'x', status: 'failed', stage: 'rl', step: 12, steps: 120, seconds: 4, updatedAt: '2025-01-31T14:30:00.000Z' } as const

describe('what needs an answer', () => {
  it('is a failure, with its reason and remedy', () => {
    const run = shown({}, { state: { ...state, error: { code: 'x', message: 'The disk is full.', remedy: 'Free 2 GB and resume.' } } })
    assert.deepEqual(attentionFor(run, 'running'), {
      key: 'failed 12', severity: 'error',
      message: 'arithmetic-chain failed at step 12. The disk is full. Free 2 GB and resume.',
      answers: [{ label: 'Open Dashboard', does: 'openDashboard' }, { label: 'Resume', does: 'resume' }, { label: 'Show Log', does: 'showLog' }]
    })
  })

  it('is a trainer that hangs or died', () => {
    assert.equal(attentionFor(shown({}, { connection: 'hung', explanation: 'No answer for 30 s.' }), 'running')?.message, 'arithmetic-chain does not answer. No answer for 30 s.')
    const lost = attentionFor(shown({ status: 'interrupted', step: 7 }, { connection: 'lost' }), 'running')
    assert.equal(lost?.message, 'arithmetic-chain was interrupted at step 7; nothing recorded is lost.')
  })

  it('is not the normal course of a run, nor old news, nor what another window steers', () => {
    assert.equal(attentionFor(shown({ status: 'finished' }), 'running'), undefined)
    assert.equal(attentionFor(shown({ status: 'failed' }), undefined), undefined)
    assert.equal(attentionFor(shown({ status: 'failed' }), 'failed'), undefined)
    assert.equal(attentionFor(shown({}, { state, role: 'watching' }), 'running'), undefined)
  })
})

describe('what is told of a run', () => {
  const running = shown({ status: 'running' }, { state: { ...state, status: 'running' } })
  const waiting = shown({ status: 'running' }, { connection: 'attaching' })
  const ends = {
    failed: shown({ status: 'failed' }, { state }), hung: shown({ status: 'running' }, { connection: 'hung' }), interrupted: shown({ status: 'interrupted' }, { connection: 'lost' })
  }
  const told = (...standings: (typeof running)[]): number[] => {
    const newsOf = createAttentionWatch()
    return standings.map((run) => newsOf([run]).length)
  }

  it('is told again where it comes again after the run had gone on, at the same step too', () => {
    for (const [name, end] of Object.entries(ends)) assert.deepEqual(told(running, end, waiting, running, end, end), [0, 1, 0, 0, 1, 0], name)
  })

  it('is told once where only the connection came and went', () => {
    for (const [name, end] of Object.entries(ends)) assert.deepEqual(told(running, end, waiting, end), [0, 1, 0, 0], name)
  })

  it('is told of each run', () => {
    const newsOf = createAttentionWatch()
    const other = { ...running, card: { ...running.card, directory: '/runs/other' } }
    newsOf([running, other])
    const news = newsOf([ends.failed, { ...ends.failed, card: { ...ends.failed.card, directory: '/runs/other' } }])
    assert.deepEqual(news.map(({ run }) => run.card.directory), [running.card.directory, '/runs/other'])
  })
})

describe('cleaning', () => {
  const run = (day: number, gigabytes: number, more = {}) => shown({ createdAt: `2025-01-${10 + day}T00:00:00Z`, bytes: gigabytes * 1e9, runId: String(day), ...more })

  it('is proposed only above the limit', () => {
    assert.equal(cleaningProposal([run(1, 4), run(2, 6)], 10), undefined)
  })

  it('proposes the oldest ended runs until the rest fits, never a pinned, living or queued one', () => {
    const runs = [run(5, 3), queued({ createdAt: '2025-01-10T00:00:00Z', bytes: 0, runId: '0' }), run(1, 3, { pinned: true }), run(2, 3, { status: 'running' }), run(3, 3), run(4, 3)]
    const proposal = cleaningProposal(runs, 10)
    assert.deepEqual(proposal?.proposed.map(({ card: { runId } }) => runId), ['3', '4'])
    assert.deepEqual(proposal?.candidates.map(({ card: { runId } }) => runId), ['3', '4', '5'])
  })

  it('says sizes in powers of ten', () => {
    assert.deepEqual([1.25e9, 3.4e8, 1200, 0].map(sizeText), ['1.3 GB', '340 MB', '1 kB', '1 kB'])
  })
})
