import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { SORT_COLUMNS } from '../../trainer/protocol/rolloutViews.ts'
import type { QueryParams } from '../../trainer/protocol/queries.ts'
import type { RolloutFilter, RolloutRow, RolloutSort, SearchHit } from '../../trainer/protocol/rolloutViews.ts'
import { diskFileOps } from '../../trainer/stores/fileOps.ts'
import { openTokenUpdates } from '../../trainer/stores/tokenUpdates.ts'
import { CancellationTokenSource } from 'vscode-jsonrpc/node'
import { QueryHostError } from '../../extension/queries/hostError.ts'
import { TestQueries } from './queryServer.ts'
import { know, keyOf, passes, rolloutsInShards, sorted } from './reference.ts'
import type { Known } from './reference.ts'
import { makeSyntheticRun } from './syntheticRun.ts'

const ROLLOUTS = 5000
const RECORDED: RolloutSort = { by: 'recorded', descending: false }

describe('queries over a compacted run', function () {
  this.timeout(120_000)
  const scratch = mkdtempSync(join(tmpdir(), 'rollout-lab-queries-'))
  const queries = new TestQueries()
  let run = ''
  let all: Known[] = []

  before(async () => {
    run = await makeSyntheticRun({ directory: join(scratch, 'run'), rollouts: ROLLOUTS, rolloutsPerShard: 2000, tokens: 20 })
    all = know(await rolloutsInShards(run))
    assert.equal(all.length, ROLLOUTS)
  })
  after(() => {
    queries.close()
    rmSync(scratch, { recursive: true })
  })

  const open = (filter: RolloutFilter = {}, sort = RECORDED, by: 'rollouts' | 'groups' = 'rollouts') => queries.ask('rollouts/open', { runs: [run], filter, sort, by, follow: false })
  const rowsOf = async (view: string, count: number): Promise<RolloutRow[]> => {
    const rows: RolloutRow[] = []
    for (let offset = 0; offset < count; offset += 500) rows.push(...(await queries.ask('rollouts/page', { view, offset, limit: 500 })).rows)
    return rows
  }
  const idsOf = async (filter: RolloutFilter, sort = RECORDED): Promise<string[]> => {
    const { view, count } = await open(filter, sort)
    const ids = (await rowsOf(view, count)).map(({ id }) => id)
    assert.equal(ids.length, count)
    await queries.ask('rollouts/close', { view })
    return ids
  }
  const refused = (ask: Promise<unknown>, code: string) => assert.rejects(ask, (error) => error instanceof QueryHostError && error.code === code && error.remedy !== '')

  it('tells of a rollout’s tokens what its update made of them', async () => {
    const { id } = all.find(({ rollout }) => rollout.kind === 'train')!.rollout
    assert.equal(await queries.ask('rollouts/update', { run, id }), null)
    openTokenUpdates(run, diskFileOps).write(Number(id.slice(1, 7)), [{ id, ratios: [1, 2], clipped: [0, 1] }])
    assert.deepEqual(await queries.ask('rollouts/update', { run, id }), { id, ratios: [1, 2], clipped: [0, 1] })
  })

  it('shows every row as it was recorded, the last one too', async () => {
    const info = await open()
    assert.deepEqual([info.count, info.total, info.right + info.wrong + info.notScorable, info.notices], [ROLLOUTS, ROLLOUTS, ROLLOUTS, []])
    const rows = await rowsOf(info.view, info.count)
    for (const [i, row] of rows.entries()) {
      const { rollout, tokens, stopReason, zeroVariance, advantage, meanLogprob, meanEntropy } = all[i]!
      const { id, kind, stage, step, attempt, superseded, group, sampleIndex, problemId, environment, correct, policyVersion } = rollout
      const { advantage: a, meanLogprob: l, meanEntropy: e, ...exact } = row
      assert.deepEqual(exact, {
        run, id, kind, stage, step, attempt, superseded, group, sampleIndex, problemId, environment, correct, policyVersion, stopReason, zeroVariance, completionTokens: tokens,
        reward: rollout.reward.total, kept: rollout.filter?.kept ?? null, parts: Object.fromEntries(rollout.reward.parts.map(({ name, score }) => [name, score]))
      })
      for (const [ours, theirs] of [[a, advantage], [l, meanLogprob], [e, meanEntropy]] as const) assert.ok(Math.abs(ours! - theirs!) < 1e-12)
    }
    assert.deepEqual((await queries.ask('rollouts/page', { view: info.view, offset: ROLLOUTS - 1, limit: 500 })).rows.map(({ id }) => id), [all.at(-1)!.rollout.id])
    assert.deepEqual((await queries.ask('rollouts/page', { view: info.view, offset: ROLLOUTS, limit: 10 })).rows, [])
  })

  it('gives the first rows with the list where they are asked for', async () => {
    for (const by of ['rollouts', 'groups'] as const) {
      const { first, view } = await queries.ask('rollouts/open', { runs: [run], filter: { verdicts: ['right'] }, sort: { by: 'reward', descending: true }, by, follow: false, first: 7 })
      const { rows } = await queries.ask(`${by}/page`, { view, offset: 0, limit: 7 })
      assert.equal(rows.length, 7)
      assert.deepEqual(first, rows)
    }
    assert.equal('first' in (await open()), false)
  })

  it('filters and sorts as a plain array does', async () => {
    const range = (least: number, most: number) => fc.record({ from: fc.integer({ min: least, max: most }), to: fc.integer({ min: least, max: most }) }, { requiredKeys: [] })
    const share = fc.record({ from: fc.integer({ min: 0, max: 12 }).map((n) => n / 10), to: fc.integer({ min: 0, max: 12 }).map((n) => n / 10) }, { requiredKeys: [] })
    const filters = fc.record({
      steps: range(1, 63), kinds: fc.subarray(['train', 'evaluation'] as const), reward: share, parts: fc.dictionary(fc.constantFrom('answer', 'format', 'length'), share, { maxKeys: 2 }),
      verdicts: fc.subarray(['right', 'wrong', 'notScorable'] as const), stopReasons: fc.subarray(['length', 'endOfText', 'error'] as const), zeroVariance: fc.boolean(), kept: fc.boolean(),
      environments: fc.subarray(['countdown', 'arithmetic-chain', "o'dd"]), tokens: range(0, 30), superseded: fc.boolean()
    }, { requiredKeys: [] })
    const sorts = fc.record({ by: fc.constantFrom(...SORT_COLUMNS), descending: fc.boolean() })
    await fc.assert(fc.asyncProperty(filters, sorts, async (filter, sort) => {
      const kept = all.filter((known) => passes(known, filter))
      const ids = await idsOf(filter, sort)
      if (['advantage', 'meanLogprob', 'meanEntropy'].includes(sort.by)) assert.deepEqual([...ids].sort(), kept.map(({ rollout }) => rollout.id).sort())
      else assert.deepEqual(ids, sorted(kept, sort))
    }), { numRuns: 60 })
  })

  it('sorts means of tokens by their value', async () => {
    const byId = new Map(all.map((known) => [known.rollout.id, known]))
    for (const by of ['advantage', 'meanLogprob', 'meanEntropy'] as const) {
      const values = (await idsOf({}, { by, descending: true })).map((id) => byId.get(id)![by]!)
      assert.ok(values.every((value, i) => i === 0 || value <= values[i - 1]! + 1e-12))
    }
  })

  it('takes an expert condition, and nothing else in its place', async () => {
    const where = "parts.length > 0.5 AND problemId LIKE '%a' OR reward IS NULL -- remark"
    const wanted = all.filter(({ rollout }) => rollout.reward.parts[2]!.score! > 0.5 && rollout.problemId.endsWith('a') || rollout.reward.total === null)
    assert.deepEqual(await idsOf({ where }), wanted.map(({ rollout }) => rollout.id))
    const bad = [
      'no_such_column = 1', 'reward >', "1 = (SELECT count(*) FROM read_text('/etc/passwd'))", "EXISTS (SELECT * FROM read_csv('/etc/passwd'))", "EXISTS (SELECT * FROM '/etc/passwd')",
      'true) UNION SELECT 1 FROM run0 WHERE (true', 'true); DROP TABLE run0; SELECT (true', "EXISTS (SELECT * FROM run0)", 'true /*', 'row > 1', 'file = 0', "EXISTS (SELECT * FROM glob('/*'))",
      'reward > $1', "EXISTS (FROM read_parquet('x'))", "EXISTS (SELECT * FROM read_blob('/etc/hostname'))"
    ]
    for (const text of bad) await refused(open({ where: text }), 'wrong-where')
    assert.equal((await open()).count, ROLLOUTS)
  })

  it('stops a condition that takes too much', async () => {
    await assert.rejects(open({ where: 'completionTokens < (SELECT count(*) FROM range(100000000000) a)' }), (error) => error instanceof QueryHostError)
    assert.equal((await open()).count, ROLLOUTS)
  }).timeout(60_000)

  it('lists groups with all their rollouts', async () => {
    const { view, count } = await open({ verdicts: ['right'] }, { by: 'reward', descending: true }, 'groups')
    const members = new Map<string, Known[]>()
    for (const known of all) members.set(keyOf(known.rollout), [...(members.get(keyOf(known.rollout)) ?? []), known])
    const wanted = [...members.values()].filter((group) => group.some(({ rollout }) => rollout.correct === true))
    assert.equal(count, wanted.length)
    const { rows } = await queries.ask('groups/page', { view, offset: 3, limit: 200 })
    assert.equal(rows.length, 200)
    for (const row of rows) {
      const group = members.get(['train', row.step, row.attempt, row.group].join(' '))!
      const rewards = group.flatMap(({ rollout }) => rollout.reward.total ?? [])
      assert.deepEqual([row.size, row.right, row.graded, row.minReward, row.maxReward, row.zeroVariance, row.run, row.problemId], [
        group.length, group.filter(({ rollout }) => rollout.correct === true).length, group.filter(({ rollout }) => rollout.correct !== null).length,
        Math.min(...rewards), Math.max(...rewards), group[0]!.zeroVariance, run, group[0]!.rollout.problemId
      ])
      assert.ok(Math.abs(row.meanReward! - rewards.reduce((a, b) => a + b) / rewards.length) < 1e-12)
    }
    const one = members.get(['train', rows[5]!.step, 1, rows[5]!.group].join(' '))!.find(({ rollout }) => rollout.correct === true)!
    assert.deepEqual(await queries.ask('rollouts/position', { view, run, id: one.rollout.id }), { position: 8 })
  })

  it('finds positions, whole rollouts, groups and histories', async () => {
    const { view } = await open({}, { by: 'reward', descending: true })
    const id = (await queries.ask('rollouts/page', { view, offset: 4321, limit: 1 })).rows[0]!.id
    assert.deepEqual(await queries.ask('rollouts/position', { view, run, id }), { position: 4321 })
    assert.deepEqual(await queries.ask('rollouts/position', { view, run, id: "' OR true --" }), { position: null })
    for (const at of [0, 1999, 2000, 4999]) assert.deepEqual(await queries.ask('rollouts/one', { run, id: all[at]!.rollout.id }), all[at]!.rollout)
    assert.equal(await queries.ask('rollouts/one', { run, id: 'nothing' }), null)
    const { group } = all[2000]!.rollout
    const members = all.filter((known) => known.rollout.group === group)
    const attempts = await queries.ask('rollouts/group', { run, group })
    assert.deepEqual(attempts.map((attempt) => [attempt.id, attempt.reward, attempt.completionTokens, attempt.answer, attempt.filterWhy, attempt.ending]), members.map(({ rollout, tokens }) =>
      [rollout.id, rollout.reward.total, tokens, rollout.answer, rollout.filter!.why, rollout.segments[0]!.text.trimEnd().slice(-400)]))
    const { problemId } = all[777]!.rollout
    const history = all.filter(({ rollout }) => rollout.problemId === problemId).map(({ rollout }) => rollout.id)
    const found = await queries.ask('problems/history', { runs: [run], problemId, offset: 0, limit: 500 })
    assert.deepEqual([found.count, found.rows.map((row) => row.id)], [history.length, history])
  })

  it('counts a histogram over all that pass', async () => {
    const { view, count } = await open({ verdicts: ['right', 'wrong'] })
    const { edges, counts, missing } = await queries.ask('rollouts/histogram', { view, column: 'completionTokens', bins: 7 })
    const tokens = all.filter(({ rollout }) => rollout.correct !== null).map((known) => known.tokens)
    assert.deepEqual([edges.length, edges[0], edges[7], missing], [8, Math.min(...tokens), Math.max(...tokens), 0])
    assert.equal(counts.reduce((a, b) => a + b), count)
    for (const [bin, counted] of counts.entries()) {
      const last = bin === counts.length - 1
      assert.equal(counted, tokens.filter((value) => value >= edges[bin]! && (last ? value <= edges[bin + 1]! : value < edges[bin + 1]!)).length)
    }
  })

  it('reads the beginnings of prompts and completions in the order asked', async () => {
    const wanted = [4000, 3, 1999].map((at) => all[at]!.rollout)
    const asked = [...wanted.map(({ id }) => ({ run, id })), { run, id: 'nothing' }]
    assert.deepEqual(await queries.ask('rollouts/excerpts', { rollouts: asked, characters: 40 }), [
      ...wanted.map(({ segments }) => ({ prompt: segments[0]!.samplePrompt.text.slice(0, 40), completion: segments[0]!.text.slice(0, 40) })), null
    ])
  })

  it('searches texts in the order of the view, whatever their case', async () => {
    for (const sort of [RECORDED, { by: 'reward', descending: true } as const]) {
      const { view, count } = await open({}, sort)
      const hits: SearchHit[] = []
      const take = (notice: { search: string; hits: SearchHit[] }): void => void (notice.search === 'a' && hits.push(...notice.hits))
      queries.notices.on('searchHits', take)
      const answer = await queries.ask('rollouts/search', { view, search: 'a', text: 'F00', limit: 10_000 })
      queries.notices.off('searchHits', take)
      const byId = new Map(all.map((known) => [known.rollout.id, known.rollout]))
      const wanted = sorted(all, sort).flatMap((id, position) => {
        const at = byId.get(id)!.segments[0]!.text.toLowerCase().indexOf('f00')
        return at < 0 ? [] : [{ position, id, at }]
      })
      assert.deepEqual(hits.map(({ position, id, at }) => ({ position, id, at })), wanted)
      assert.deepEqual(answer, { searched: count, hits: wanted.length, complete: true })
      assert.ok(wanted.length > 5 && hits.every(({ match }) => match.toLowerCase() === 'f00'))
    }
  })

  it('filters by text of prompt and completion', async () => {
    const text = 'Problem 77'
    assert.deepEqual(await idsOf({ text: text.toUpperCase() }), all.filter((known) => passes(known, { text })).map(({ rollout }) => rollout.id))
  })

  it('stops a search that nobody wants any more', async () => {
    const { view } = await open()
    const source = new CancellationTokenSource()
    const searching = queries.ask('rollouts/search', { view, search: 'b', text: 'zzz', limit: 10 }, source.token)
    source.cancel()
    await refused(searching, 'cancelled')
  })

  it('refuses wrong parameters and views that are not there', async () => {
    await refused(queries.ask('rollouts/page', { view: 'none', offset: 0, limit: 10 }), 'no-view')
    await refused(queries.ask('rollouts/page', { view: 'none', offset: 0, limit: 1e9 }), 'wrong-parameters')
    await refused(queries.ask('rollouts/open', { runs: [] } as unknown as QueryParams<'rollouts/open'>), 'wrong-parameters')
    await refused(queries.ask('rollouts/open', { runs: [join(scratch, 'gone')], filter: {}, sort: RECORDED, by: 'rollouts', follow: false }), 'run-gone')
  })

  it('tells of runs, metrics, differences and diagnoses', async () => {
    const { runs } = await queries.ask('runs/list', { folders: [scratch, join(scratch, 'nothing')] })
    assert.deepEqual(runs.map(({ directory, status, steps, environment, rewardSpark }) => [directory, status, steps, environment, rewardSpark.length]), [[run, 'finished', 63, 'countdown', 40]])
    const metrics = await queries.ask('runs/metrics', { run, offset: 0, names: ['train/passAt1', 'nothing'] })
    assert.equal(metrics.steps.length, 63)
    assert.deepEqual([metrics.planned, [...new Set(metrics.stages)]], [[{ name: 'rl', supervised: false }], ['rl']])
    assert.deepEqual(metrics.series['nothing'], new Array(63).fill(null))
    assert.deepEqual((await queries.ask('runs/metrics', { run, offset: metrics.next })).steps, [])
    const card = await queries.ask('runs/annotate', { run, name: 'mine', tags: ['a'], pinned: true })
    assert.deepEqual([card.name, card.tags, card.pinned], ['mine', ['a'], true])
    assert.equal((await queries.ask('runs/annotate', { run, notes: 'n' })).name, 'mine')
    const { differences, same } = await queries.ask('runs/compare', { runs: [run, run] })
    assert.ok(same > 20 && differences.length === 0)
    const findings = await queries.ask('runs/diagnose', { run })
    assert.ok(findings.length >= 8 && findings.every(({ state, evidence }) => state === 'unknown' || /\d/.test(evidence)))
    assert.ok((await queries.ask('runs/size', { run })).rolloutBytes > 1000)
    assert.ok(Object.keys(await queries.ask('metrics/definitions', {})).length > 20)
  })
})
