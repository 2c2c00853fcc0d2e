import assert from 'node:assert/strict'
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import type { QueryNotices } from '../../trainer/protocol/queries.ts'
import type { ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { completed, critique, eachWithLabelledRun, idsOf, MODEL, right, SORT, wrong } from './labelledRun.ts'
import { TestQueries } from './queryServer.ts'

describe('queries about labels', function () {
  this.timeout(60_000)
  const made = eachWithLabelledRun()
  const { queries, trained, say, prefer, ids, filtered } = made

  it('gives threads of a rollout, newest state of each, and orphans marked', async () => {
    const [one, two] = trained() as [Rollout, Rollout]
    const first = say('ann', one, critique('too short'))
    const reply = say('bob', one, { kind: 'reply', to: first.id, text: 'why?' })
    say('ann', one, critique('too long'), { replaces: first.id })
    const gone = say('ann', one, right)
    say('ann', one, { kind: 'deleted', of: gone.id })
    say('ann', one, wrong, { anchor: { ...traceAnchor(one), textHash: '0'.repeat(64) } })
    say('ann', two, right, { draft: true, source: MODEL })
    const labels = await queries.ask('labels/of', { run: made.run, id: one.id })
    assert.deepEqual(labels.map(({ opinion, orphaned, replies }) => [opinion.kind, orphaned, replies.map(({ id }) => id)]), [['critique', undefined, [reply.id]], ['verdict', 'textChanged', []]])
    assert.deepEqual(labels[0]!.opinion, critique('too long'))
    assert.deepEqual((await queries.ask('labels/of', { run: made.run, id: two.id })).map(({ draft }) => draft), [true])
    assert.deepEqual(await queries.ask('labels/of', { run: made.run, id: 'nothing' }), [])
    const texts = await queries.ask('labels/page', { run: made.run, offset: 0, limit: 10 })
    assert.deepEqual([texts.count, texts.faults], [1, []])
    assert.equal((await queries.ask('labels/page', { run: made.run, kinds: ['verdict'], offset: 1, limit: 10 })).labels.length, 1)
  })

  it('lists labels whose rollout is gone or whose text is another, and keeps those of a run that is gone', async () => {
    const [one, two] = trained() as [Rollout, Rollout]
    say('ann', one, right)
    say('ann', { ...one, id: 't999999.1-000-00' }, right)
    prefer('ann', one, two, 'this')
    prefer('ann', one, { ...two, id: 'gone' }, 'this')
    prefer('bob', one, { ...two, segments: [{ ...two.segments[0]!, text: 'other' }] }, 'this')
    say('ann', one, critique('x'), { anchor: { ...traceAnchor(one), segment: 3 } })
    const { count, labels } = await queries.ask('labels/orphans', { run: made.run, offset: 0, limit: 10 })
    assert.equal(count, 4)
    assert.deepEqual(labels.map(({ orphaned }) => orphaned).sort(), ['rolloutGone', 'rolloutGone', 'segmentGone', 'textChanged'])
    assert.equal((await queries.ask('labels/orphans', { run: made.run, offset: 3, limit: 10 })).labels.length, 1)
    rmSync(made.run, { recursive: true })
    const kept = await queries.ask('labels/of', { run: made.run, id: one.id })
    assert.deepEqual(new Set(kept.map(({ orphaned }) => orphaned)), new Set(['rolloutGone']))
    assert.equal((await queries.ask('labels/progress', { run: made.run, labeler: 'ann' })).total, 0)
    assert.ok((await queries.ask('labels/preview', { run: made.run, includeModelSources: false })).leftOut.length > 0)
  })

  it('filters lists by what was said, alone and along with other filters', async () => {
    const [a, b, c, d, e] = trained() as [Rollout, Rollout, Rollout, Rollout, Rollout]
    say('ann', a, right)
    say('ann', b, { kind: 'flag', reason: '' })
    say('ann', c, right, { draft: true, source: MODEL })
    say('ann', d, right)
    say('bob', d, wrong)
    const rejected = say('ann', e, right, { draft: true, source: MODEL })
    say('ann', e, { kind: 'decision', of: rejected.id, decision: 'rejected' })
    assert.deepEqual(await filtered({ labels: ['labelled'] }), idsOf([a, b, d]))
    assert.deepEqual(await filtered({ labels: ['drafts'] }), idsOf([c]))
    assert.deepEqual(await filtered({ labels: ['flagged', 'disagreeing'] }), idsOf([b, d]))
    assert.deepEqual((await filtered({ labels: ['unlabelled'] })).sort(), idsOf(made.all.filter((one) => ![a, b, d].includes(one))).sort())
    assert.deepEqual(await filtered({ labels: [] }), [])
    const rightOnes = made.all.filter((one) => one.correct === true && one.step === 1 && one.kind === 'train')
    assert.deepEqual(await filtered({ labels: ['unlabelled', 'flagged'], verdicts: ['right'], steps: { to: 1 }, kinds: ['train'] }), idsOf(rightOnes.filter((one) => ![a, d].includes(one))))
    assert.deepEqual(await queries.ask('labels/states', { run: made.run, ids: idsOf([a, b, c, d, e, made.all.at(-1)!]) }), [
      { labels: 1, drafts: 0, flagged: false, disagreeing: false, completedBy: [] }, { labels: 1, drafts: 0, flagged: true, disagreeing: false, completedBy: [] },
      { labels: 0, drafts: 1, flagged: false, disagreeing: false, completedBy: [] }, { labels: 2, drafts: 0, flagged: false, disagreeing: true, completedBy: [] }, null, null
    ])
  })

  it('tells of labels that are written, and brings followed lists up to date', async () => {
    const [one] = trained() as [Rollout]
    const seen: QueryNotices['labelsChanged'][] = []
    queries.notices.on('labelsChanged', (change: QueryNotices['labelsChanged']) => seen.push(change))
    const counts: number[] = []
    const until = async (wanted: number): Promise<void> => {
      while (counts.at(-1) !== wanted) await delay(20)
    }
    const { view, count } = await queries.ask('rollouts/open', { runs: [made.run], filter: { labels: ['labelled'] }, sort: SORT, by: 'rollouts', follow: true })
    assert.equal(count, 0)
    queries.notices.on('viewChanged', (info: ViewInfo) => info.view === view && counts.push(info.count))
    const { id } = say('ann', one, right)
    await until(1)
    assert.ok(seen.some((change) => change.run === made.run && change.rollouts.includes(one.id)), JSON.stringify(seen))
    say('ann', one, { kind: 'deleted', of: id })
    await until(0)
  })

  it('finds labels where they lie by default when nobody told where', async () => {
    const other = new TestQueries()
    try {
      made.folder = join(made.run, '..', '..', 'labels', 'run')
      say('ann', made.all[0]!, right)
      assert.equal((await other.ask('labels/of', { run: made.run, id: made.all[0]!.id })).length, 1)
    } finally {
      other.close()
    }
  })

  it('reads what can be read of damaged and hostile label files, and says what not', async () => {
    const [one] = trained() as [Rollout]
    say('ann', one, critique('<script>\u202e\u0000\ud800'))
    writeFileSync(join(made.folder, 'eve-1.jsonl'), '<<<<<<< HEAD\n{"version":1}\n{"version":99}\nnoise\n{"versi')
    symlinkSync('/etc/passwd', join(made.folder, 'eve-2.jsonl'))
    mkdirSync(join(made.folder, 'eve-3.jsonl'))
    const hostile = "'; DROP TABLE labels0; --\u0000\ud800"
    const record = say('ann', one, right)
    appendFileSync(join(made.folder, 'eve-4.jsonl'), `${JSON.stringify({ ...record, id: 'eve', rollout: hostile, opinion: completed })}\n${JSON.stringify({ ...record, id: 'eve2', opinion: wrong })}\n`)
    const { labels, faults } = await queries.ask('labels/page', { run: made.run, offset: 0, limit: 10 })
    assert.deepEqual(labels.map(({ opinion }) => opinion), [critique('<script>\u202e\u0000\ud800')])
    assert.ok(['mergeConflict', 'notALabel', 'newerVersion', 'notJson', 'tornLine'].every((code) => faults.some((fault) => fault.code === code)), JSON.stringify(faults))
    assert.ok(!JSON.stringify(faults).includes('root:'))
    assert.deepEqual(await filtered({ labels: ['labelled'] }), [one.id])
    assert.equal((await ids('unlabelled')).length, trained().length - 1)
    assert.equal((await queries.ask('labels/states', { run: made.run, ids: [hostile] }))[0]?.completedBy.length, 1)
    await queries.ask('labels/agreement', { run: made.run })
    await queries.ask('labels/orphans', { run: made.run, offset: 0, limit: 10 })
  })
})
