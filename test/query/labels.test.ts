import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import type { LabelRecord, LabelRecordInput, LabelSource, Opinion } from '../../trainer/protocol/label.ts'
import type { LabelQueueKind } from '../../trainer/protocol/labelViews.ts'
import type { QueryNotices, QueryParams } from '../../trainer/protocol/queries.ts'
import type { RolloutFilter, ViewInfo } from '../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { newRun, rollout, weighed } from '../../trainer/stores/fixtures.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { TestQueries } from './queryServer.ts'

const SORT = { by: 'recorded', descending: false } as const
const STEPS = 4
const GROUPS = 5
const SAMPLES = 4
const MODEL: LabelSource = { kind: 'model', provider: 'vscode.lm', model: 'm1' }
const CHECKER: LabelSource = { kind: 'checker', name: 'sums' }
const right: Opinion = { kind: 'verdict', right: true }
const wrong: Opinion = { kind: 'verdict', right: false }
const completed: Opinion = { kind: 'completed' }
const critique = (text: string): Opinion => ({ kind: 'critique', text })

/** Steps 1 … 3 in shards, step 4 in lines, and one evaluation batch. */
async function makeRun(directory: string): Promise<Rollout[]> {
  const run = await createRun(newRun(directory))
  const all: Rollout[] = []
  for (const kind of ['train', 'evaluation'] as const) {
    for (let step = 1; step <= (kind === 'train' ? STEPS : 1); step++) {
      const own = weighed(Array.from({ length: GROUPS * SAMPLES }, (_, i) => rollout({ kind, step, group: Math.floor(i / SAMPLES), sample: i % SAMPLES, tokens: 6 })))
      const open = run.rollouts.openStep({ kind, step })
      for (const one of own) open.append(one)
      open.seal(own)
      all.push(...own)
      if (kind === 'train' && step === STEPS - 1) await run.rollouts.compact({ throughStep: step, all: true })
    }
  }
  run.close()
  return all
}

describe('queries about labels', function () {
  this.timeout(60_000)
  const scratch = mkdtempSync(join(tmpdir(), 'rollout-lab-labels-'))
  const queries = new TestQueries()
  let run = ''
  let folder = ''
  let all: Rollout[] = []
  let made = 0

  beforeEach(async () => {
    run = join(scratch, String(++made), '.rollout-lab', 'runs', 'run')
    folder = join(scratch, String(made), 'elsewhere')
    mkdirSync(join(run, '..'), { recursive: true })
    all = await makeRun(run)
    await queries.ask('labels/folder', { run, folder })
  })
  after(() => {
    queries.close()
    rmSync(scratch, { recursive: true })
  })

  const trained = (): Rollout[] => all.filter(({ kind }) => kind === 'train')
  /** Newest step first, as recorded within it. */
  const newest = (): Rollout[] => trained().map((one, at) => ({ one, at })).sort((a, b) => b.one.step - a.one.step || a.at - b.at).map(({ one }) => one)
  const idsOf = (rollouts: readonly Rollout[]): string[] => rollouts.map(({ id }) => id)

  type More = Partial<Omit<LabelRecordInput, 'opinion'>>
  const say = (by: string, one: Rollout, opinion: Opinion, more: More = {}): LabelRecord => {
    const writer = openLabelWriter({ folder, labeler: by })
    const [record] = writer.append([{
      version: 1, id: randomUUID(), labeler: by, at: new Date().toISOString(), run: 'run', rollout: one.id, problemId: one.problemId, anchor: traceAnchor(one), opinion, source: { kind: 'human' }, ...more
    }])
    writer.close()
    return record!
  }
  const prefer = (by: string, one: Rollout, other: Rollout, preferred: 'this' | 'other' | 'equal', more: More = {}): LabelRecord =>
    say(by, one, { kind: 'preference', other: { rollout: other.id, textHash: traceAnchor(other).textHash }, preferred, rationale: '' }, more)
  const queue = async (kind: LabelQueueKind, more: Partial<QueryParams<'labels/queue'>> = {}) => queries.ask('labels/queue', { run, kind, labeler: 'ann', pairs: false, seed: 1, limit: 10_000, ...more })
  const ids = async (kind: LabelQueueKind, more: Partial<QueryParams<'labels/queue'>> = {}): Promise<string[]> => (await queue(kind, more)).map((item) => item.rollout)
  const filtered = async (filter: RolloutFilter): Promise<string[]> => {
    const { view } = await queries.ask('rollouts/open', { runs: [run], filter, sort: SORT, by: 'rollouts', follow: false })
    return (await queries.ask('rollouts/page', { view, offset: 0, limit: 500 })).rows.map(({ id }) => id)
  }

  it('gives threads of a rollout, newest state of each, and orphans marked', async () => {
    const [one, two] = trained() as [Rollout, Rollout]
    const first = say('ann', one, critique('too short'))
    const reply = say('bob', one, { kind: 'reply', to: first.id, text: 'why?' })
    say('ann', one, critique('too long'), { replaces: first.id })
    const gone = say('ann', one, right)
    say('ann', one, { kind: 'deleted', of: gone.id })
    say('ann', one, wrong, { anchor: { ...traceAnchor(one), textHash: '0'.repeat(64) } })
    say('ann', two, right, { draft: true, source: MODEL })
    const labels = await queries.ask('labels/of', { run, id: one.id })
    assert.deepEqual(labels.map(({ opinion, orphaned, replies }) => [opinion.kind, orphaned, replies.map(({ id }) => id)]), [['critique', undefined, [reply.id]], ['verdict', 'textChanged', []]])
    assert.deepEqual(labels[0]!.opinion, critique('too long'))
    assert.deepEqual((await queries.ask('labels/of', { run, id: two.id })).map(({ draft }) => draft), [true])
    assert.deepEqual(await queries.ask('labels/of', { run, id: 'nothing' }), [])
    const texts = await queries.ask('labels/page', { run, offset: 0, limit: 10 })
    assert.deepEqual([texts.count, texts.faults], [1, []])
    assert.equal((await queries.ask('labels/page', { run, kinds: ['verdict'], offset: 1, limit: 10 })).labels.length, 1)
  })

  it('lists labels whose rollout is gone or whose text is another, and keeps those of a run that is gone', async () => {
    const [one, two] = trained() as [Rollout, Rollout]
    say('ann', one, right)
    say('ann', { ...one, id: 't999999.1-000-00' }, right)
    prefer('ann', one, two, 'this')
    prefer('ann', one, { ...two, id: 'gone' }, 'this')
    prefer('bob', one, { ...two, segments: [{ ...two.segments[0]!, text: 'other' }] }, 'this')
    say('ann', one, critique('x'), { anchor: { ...traceAnchor(one), segment: 3 } })
    const { count, labels } = await queries.ask('labels/orphans', { run, offset: 0, limit: 10 })
    assert.equal(count, 4)
    assert.deepEqual(labels.map(({ orphaned }) => orphaned).sort(), ['rolloutGone', 'rolloutGone', 'segmentGone', 'textChanged'])
    assert.equal((await queries.ask('labels/orphans', { run, offset: 3, limit: 10 })).labels.length, 1)
    rmSync(run, { recursive: true })
    const kept = await queries.ask('labels/of', { run, id: one.id })
    assert.deepEqual(new Set(kept.map(({ orphaned }) => orphaned)), new Set(['rolloutGone']))
    assert.equal((await queries.ask('labels/progress', { run, labeler: 'ann' })).total, 0)
    assert.ok((await queries.ask('labels/preview', { run, includeModelSources: false })).leftOut.length > 0)
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
    assert.deepEqual((await filtered({ labels: ['unlabelled'] })).sort(), idsOf(all.filter((one) => ![a, b, d].includes(one))).sort())
    assert.deepEqual(await filtered({ labels: [] }), [])
    const rightOnes = all.filter((one) => one.correct === true && one.step === 1 && one.kind === 'train')
    assert.deepEqual(await filtered({ labels: ['unlabelled', 'flagged'], verdicts: ['right'], steps: { to: 1 }, kinds: ['train'] }), idsOf(rightOnes.filter((one) => ![a, d].includes(one))))
    assert.deepEqual(await queries.ask('labels/states', { run, ids: idsOf([a, b, c, d, e, all.at(-1)!]) }), [
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
    const { view, count } = await queries.ask('rollouts/open', { runs: [run], filter: { labels: ['labelled'] }, sort: SORT, by: 'rollouts', follow: true })
    assert.equal(count, 0)
    queries.notices.on('viewChanged', (info: ViewInfo) => info.view === view && counts.push(info.count))
    const { id } = say('ann', one, right)
    await until(1)
    assert.ok(seen.some((change) => change.run === run && change.rollouts.includes(one.id)), JSON.stringify(seen))
    say('ann', one, { kind: 'deleted', of: id })
    await until(0)
  })

  it('finds labels where they lie by default when nobody told where', async () => {
    const other = new TestQueries()
    try {
      folder = join(run, '..', '..', 'labels', 'run')
      say('ann', all[0]!, right)
      assert.equal((await other.ask('labels/of', { run, id: all[0]!.id })).length, 1)
    } finally {
      other.close()
    }
  })

  describe('queues', () => {
    it('give what nobody labelled, what fails, and what is most uncertain', async () => {
      const [first, second] = newest() as [Rollout, Rollout]
      say('bob', first, right)
      assert.deepEqual(await ids('unlabelled'), idsOf(newest().slice(1)))
      assert.deepEqual(await ids('unlabelled', { limit: 2 }), idsOf(newest().slice(1, 3)))
      const failing = newest().filter(({ correct }) => correct === false)
      assert.deepEqual(await ids('failing'), idsOf(failing))
      say('ann', failing[0]!, completed)
      assert.deepEqual(await ids('failing'), idsOf(failing.slice(1)))
      assert.deepEqual(await ids('failing', { labeler: 'bob' }), idsOf(failing))
      const entropy = ({ segments }: Rollout): number => segments[0]!.entropies.reduce((sum, value) => sum + value, 0) / segments[0]!.entropies.length
      const uncertain = (await ids('highestEntropy')).map((id) => entropy(all.find((one) => one.id === id)!))
      assert.equal(uncertain.length, trained().length - 1)
      assert.ok(uncertain.every((value, i) => i === 0 || value <= uncertain[i - 1]! + 1e-12))
      assert.ok(second.id !== first.id)
    })

    it('give groups with right and wrong ones, the most even first', async () => {
      const share = (one: Rollout): number => {
        const group = trained().filter(({ step, group: name }) => step === one.step && name === one.group)
        return Math.abs(group.filter(({ correct }) => correct).length / group.length - 0.5)
      }
      const mixed = newest().map((one, at) => ({ one, at, far: share(one) })).filter(({ far }) => far < 0.5).sort((a, b) => a.far - b.far || a.at - b.at).map(({ one }) => one)
      assert.ok(mixed.length > 0 && mixed.length < trained().length)
      assert.deepEqual(await ids('mixedGroups'), idsOf(mixed))
    })

    it('give disagreements, and judges that the verifier contradicts, drafts among them', async () => {
      const [a, b, c, d] = newest() as [Rollout, Rollout, Rollout, Rollout]
      say('bob', a, right)
      say('cyd', a, wrong)
      assert.deepEqual(await ids('disagreement'), [a.id])
      const says = (one: Rollout, agree: boolean): Opinion => ({ kind: 'verdict', right: one.correct === agree })
      say('bob', b, says(b, false), { source: MODEL, draft: true })
      say('bob', c, says(c, true), { source: MODEL, draft: true })
      say('bob', d, { kind: 'firstError', step: d.correct === true ? 1 : null }, { source: MODEL })
      assert.deepEqual(await ids('judgeAgainstVerifier'), idsOf([b, d]))
    })

    it('draw at random by the seed alone', async () => {
      const [first, again, other] = [await ids('random'), await ids('random'), await ids('random', { seed: 2 })]
      assert.deepEqual(first, again)
      assert.notDeepEqual(first, other)
      assert.deepEqual([...first].sort(), [...other].sort())
      assert.deepEqual([...first].sort(), idsOf(trained()).sort())
    })

    it('control quality with known items, the same for everybody, and show completed ones once more', async () => {
      const shared = await ids('qualityControl')
      assert.equal(shared.length, 30)
      assert.deepEqual((await ids('qualityControl', { labeler: 'bob', seed: 9 })).sort(), [...shared].sort())
      const outside = trained().filter(({ id }) => !shared.includes(id))
      const [known, mine] = outside as [Rollout, Rollout]
      say('bot', known, right, { source: CHECKER })
      say('ann', mine, completed)
      assert.deepEqual((await ids('qualityControl')).sort(), [...shared, known.id, mine.id].sort())
      say('ann', mine, completed, { qualityControl: true })
      assert.deepEqual((await ids('qualityControl')).sort(), [...shared, known.id].sort())
      assert.ok((await queue('qualityControl')).every(({ qualityControl }) => qualityControl))
      assert.deepEqual((await queue('random')).filter(({ qualityControl }) => qualityControl).map((item) => item.rollout), [known.id])
    })

    it('pair a right and a wrong answer to one problem, of one group where that can be', async () => {
      const byId = new Map(all.map((one) => [one.id, one]))
      const pairs = await queue('failing', { pairs: true })
      const used = pairs.flatMap(({ rollout: id, other }) => [id, other!])
      assert.equal(new Set(used).size, used.length)
      const groupOf = (one: Rollout): string => `${one.step} ${one.group}`
      for (const { rollout: id, other } of pairs) {
        const [a, b] = [byId.get(id)!, byId.get(other!)!]
        assert.equal(a.problemId, b.problemId)
        assert.notEqual(a.correct, b.correct)
      }
      const most = (key: (one: Rollout) => string): number => {
        const counts = new Map<string, [number, number]>()
        for (const one of trained()) counts.set(key(one), [(counts.get(key(one))?.[0] ?? 0) + Number(one.correct), (counts.get(key(one))?.[1] ?? 0) + Number(!one.correct)])
        return [...counts.values()].reduce((sum, [yes, no]) => sum + Math.min(yes, no), 0)
      }
      assert.equal(pairs.filter(({ rollout: id, other }) => groupOf(byId.get(id)!) === groupOf(byId.get(other!)!)).length, most(groupOf))
      assert.ok(pairs.length > most(groupOf) && pairs.length <= most(({ problemId }) => problemId))
      const rightFirst = pairs.filter(({ rollout: id }) => byId.get(id)!.correct === true).length
      assert.ok(rightFirst > 0 && rightFirst < pairs.length, 'which side is right is not told by the side')
      const [first] = pairs
      prefer('ann', byId.get(first!.other!)!, byId.get(first!.rollout)!, 'this')
      assert.deepEqual(await queue('failing', { pairs: true }), pairs.slice(1))
      assert.equal((await queue('failing', { pairs: true, labeler: 'bob' })).length, pairs.length)
      assert.deepEqual(await queue('qualityControl', { pairs: true }), [{ rollout: first!.rollout, other: first!.other, qualityControl: true }])
    })
  })

  it('tells progress, pace, consistency, accuracy and what became of drafts', async () => {
    const [a, b, c] = trained() as [Rollout, Rollout, Rollout]
    say('ann', a, { kind: 'verdict', right: a.correct === true }, { qualityControl: true })
    say('ann', b, { kind: 'verdict', right: b.correct !== true }, { qualityControl: true })
    say('ann', c, right)
    say('ann', c, right, { qualityControl: true, at: new Date(Date.now() + 60_000).toISOString() })
    say('ann', a, completed, { seconds: 10 })
    say('ann', a, completed, { seconds: 0 })
    say('ann', b, completed, { seconds: 30, at: '2024-02-29T12:00:00Z' })
    say('bob', c, completed, { seconds: 99 })
    for (const decision of ['accepted', 'edited', 'rejected', undefined] as const) {
      const draft = say('ann', a, right, { draft: true, source: MODEL })
      if (decision !== undefined) say('ann', a, { kind: 'decision', of: draft.id, decision })
    }
    const { consistency, qualityControl, ...rest } = await queries.ask('labels/progress', { run, labeler: 'ann' })
    assert.deepEqual(rest, { completed: 2, total: trained().length, today: 1, medianSeconds: 20, drafts: [{ source: 'm1 (vscode.lm)', accepted: 1, edited: 1, rejected: 1, open: 1 }] })
    assert.deepEqual([consistency!.value, consistency!.items], [1, 1])
    assert.deepEqual([qualityControl!.items, qualityControl!.value], [3, (1 + Number(c.correct)) / 3])
    const fresh = await queries.ask('labels/progress', { run, labeler: 'nobody' })
    assert.deepEqual([fresh.completed, fresh.medianSeconds, fresh.consistency, fresh.qualityControl], [0, null, null, null])
  })

  it('measures agreement and lists disagreements by the page', async () => {
    for (const [i, one] of trained().entries()) {
      say('ann', one, i % 2 === 0 ? right : wrong)
      say('bob', one, i % 8 === 0 ? wrong : i % 2 === 0 ? right : wrong)
    }
    const measures = await queries.ask('labels/agreement', { run })
    const kappa = measures.find(({ measure }) => measure === 'verdict/kappa')!
    assert.equal(kappa.items, 80)
    // Alike on 70 of 80; ann says right of 40, bob of 30: κ = (0.875 − 0.5) / (1 − 0.5).
    assert.ok(Math.abs(kappa.value! - 0.75) < 1e-9)
    assert.ok(kappa.low! < 0.75 && kappa.high! > 0.75)
    const { count, rows } = await queries.ask('labels/disagreements', { run, offset: 8, limit: 500 })
    assert.deepEqual([count, rows.length], [10, 2])
    assert.deepEqual(rows[0]!.opinions.map(({ labeler, says }) => [labeler, says]), [['ann', 'right'], ['bob', 'wrong']])
    const [loser] = (await queries.ask('labels/of', { run, id: rows[0]!.rollout })).filter(({ labeler }) => labeler === 'bob')
    say('ann', trained().find(({ id }) => id === rows[0]!.rollout)!, { kind: 'resolved', of: loser!.id, resolved: true })
    assert.equal((await queries.ask('labels/disagreements', { run, offset: 0, limit: 1 })).count, 9)
  })

  it('previews what an export would give', async () => {
    const [one, two] = trained() as [Rollout, Rollout]
    say('ann', one, critique('wrong from the start'))
    say('ann', two, critique('a model wrote this'), { source: MODEL })
    say('ann', two, critique('a draft'), { source: MODEL, draft: true })
    const preview = await queries.ask('labels/preview', { run, includeModelSources: false })
    assert.deepEqual([preview.rows.critiques, preview.labelers], [1, ['ann']])
    assert.equal(preview.leftOut.filter(({ kind }) => kind === 'critiques').reduce((sum, { count }) => sum + count, 0), 2)
    assert.equal((await queries.ask('labels/preview', { run, includeModelSources: true })).rows.critiques, 2)
  })

  it('reads what can be read of damaged and hostile label files, and says what not', async () => {
    const [one] = trained() as [Rollout]
    say('ann', one, critique('<script>\u202e\u0000\ud800'))
    writeFileSync(join(folder, 'eve-1.jsonl'), '<<<<<<< HEAD\n{"version":1}\n{"version":99}\nnoise\n{"versi')
    symlinkSync('/etc/passwd', join(folder, 'eve-2.jsonl'))
    mkdirSync(join(folder, 'eve-3.jsonl'))
    const hostile = "'; DROP TABLE labels0; --\u0000\ud800"
    const record = say('ann', one, right)
    appendFileSync(join(folder, 'eve-4.jsonl'), `${JSON.stringify({ ...record, id: 'eve', rollout: hostile, opinion: completed })}\n${JSON.stringify({ ...record, id: 'eve2', opinion: wrong })}\n`)
    const { labels, faults } = await queries.ask('labels/page', { run, offset: 0, limit: 10 })
    assert.deepEqual(labels.map(({ opinion }) => opinion), [critique('<script>\u202e\u0000\ud800')])
    assert.ok(['mergeConflict', 'notALabel', 'newerVersion', 'notJson', 'tornLine'].every((code) => faults.some((fault) => fault.code === code)), JSON.stringify(faults))
    assert.ok(!JSON.stringify(faults).includes('root:'))
    assert.deepEqual(await filtered({ labels: ['labelled'] }), [one.id])
    assert.equal((await ids('unlabelled')).length, trained().length - 1)
    assert.equal((await queries.ask('labels/states', { run, ids: [hostile] }))[0]?.completedBy.length, 1)
    await queries.ask('labels/agreement', { run })
    await queries.ask('labels/orphans', { run, offset: 0, limit: 10 })
  })
})
