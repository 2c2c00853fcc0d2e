import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { appendFileSync, copyFileSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { QueryHostError } from '../../extension/queries/hostError.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { sqlText, withDuckDb } from '../../trainer/stores/duckDb.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../../trainer/stores/fixtures.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import { TestQueries } from './queryServer.ts'

const SORT = { by: 'recorded', descending: false } as const
const SECRET = 'the secret outside'

describe('queries over a hostile or damaged run', function () {
  this.timeout(60_000)
  const queries = new TestQueries()
  let directory = ''
  let rollouts = ''
  let outside = ''
  after(() => queries.close())

  /** Steps 1 and 2 in a shard each, step 3 in a file. */
  beforeEach(async () => {
    directory = join(temporaryFolder(), 'run')
    rollouts = join(directory, 'rollouts')
    outside = temporaryFolder()
    const run = await createRun(newRun(directory))
    for (const step of [1, 2, 3]) {
      const open = run.rollouts.openStep({ kind: 'train', step })
      for (const one of ofStep(step)) open.append(one)
      open.seal(weighed(ofStep(step)))
      if (step < 3) await run.rollouts.compact({ throughStep: step, all: true })
    }
    run.close()
  })

  const ofStep = (step: number): Rollout[] => [0, 1, 2, 3].map((sample) => rollout({ step, sample, tokens: 5 }))
  const open = () => queries.ask('rollouts/open', { runs: [directory], filter: {}, sort: SORT, by: 'rollouts', follow: false })
  const idsOf = async (view: string): Promise<string[]> => (await queries.ask('rollouts/page', { view, offset: 0, limit: 100 })).rows.map(({ id }) => id)
  const ids = (...steps: number[]): string[] => steps.flatMap(ofStep).map(({ id }) => id)
  const edit = (file: string, select: string): Promise<unknown> => {
    const draft = `${file}.draft`
    return withDuckDb({ files: [file, draft], memoryMegabytes: 500, deadlineSeconds: 60 }, (db) => db.run(`COPY (${select.replace('FILE', `read_parquet(${sqlText(file)})`)}) TO ${sqlText(draft)} (FORMAT parquet)`)).then(() => renameSync(draft, file))
  }

  const damages: readonly { readonly what: string; readonly name: string; readonly left: readonly number[]; readonly damage: (place: string) => void }[] = [
    { what: 'an index cut in half', name: 'index-00000.parquet', left: [2, 3], damage: (place) => truncateSync(place, 300) },
    { what: 'an index of noise', name: 'index-00001.parquet', left: [1, 3], damage: (place) => writeFileSync(place, Buffer.alloc(5000, 'PAR1')) },
    { what: 'an index of which only the end is whole', name: 'index-00000.parquet', left: [2, 3], damage: (place) => scramblePages(place) },
    { what: 'an empty index', name: 'index-00000.parquet', left: [2, 3], damage: (place) => truncateSync(place, 0) },
    { what: 'an index that is a link', name: 'index-00000.parquet', left: [2, 3], damage: (place) => linkOutside(place) },
    { what: 'a shard that is a link', name: 'shard-00001.parquet', left: [1, 3], damage: (place) => linkOutside(place) },
    { what: 'a step file that is a link', name: 'step-000003.jsonl', left: [1, 2], damage: (place) => linkOutside(place) },
    { what: 'a folder in place of a step file', name: 'step-000003.jsonl', left: [1, 2], damage: (place) => { rmSync(place); mkdirSync(place) } },
    { what: 'a shard without its index', name: 'index-00000.parquet', left: [2, 3], damage: (place) => rmSync(place) }
  ]
  /** Everything between the first four bytes and the footer, whose length its last eight bytes begin with. */
  function scramblePages(place: string): void {
    const bytes = readFileSync(place)
    writeFileSync(place, bytes.fill(0xa5, 4, bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8)))
  }
  function linkOutside(place: string): void {
    const target = join(outside, basename(place))
    renameSync(place, target)
    symlinkSync(target, place)
  }
  for (const { what, name, left, damage } of damages) {
    it(`leaves out ${what} and says so`, async () => {
      damage(join(rollouts, name))
      const { view, notices } = await open()
      assert.deepEqual(await idsOf(view), ids(...left))
      assert.ok(what.startsWith('a folder') || notices.some(({ message }) => message !== ''), JSON.stringify(notices))
    })
  }

  it('reads an index of an earlier version, and one with missing or strange columns', async () => {
    await edit(join(rollouts, 'index-00000.parquet'), 'SELECT id, kind, step, "group", correct FROM FILE')
    await edit(join(rollouts, 'index-00001.parquet'), `SELECT * REPLACE ('NaN'::DOUBLE AS reward, 'x' AS completionTokens, 5 AS environment) FROM FILE`)
    const { view, count } = await open()
    assert.equal(count, 12)
    const { rows } = await queries.ask('rollouts/page', { view, offset: 0, limit: 100 })
    assert.deepEqual(rows.map(({ id }) => id), ids(1, 2, 3))
    assert.deepEqual(rows.slice(0, 8).map(({ reward, completionTokens }) => [reward, completionTokens]), new Array(8).fill([null, 0]))
    assert.deepEqual(await queries.ask('rollouts/one', { run: directory, id: ids(1)[2]! }), weighed(ofStep(1))[2])
  })

  it('leaves out an index without the columns that address a rollout', async () => {
    await edit(join(rollouts, 'index-00000.parquet'), 'SELECT * EXCLUDE (step) FROM FILE')
    const { view, notices } = await open()
    assert.deepEqual(await idsOf(view), ids(2, 3))
    assert.match(notices[0]!.message, /step/)
  })

  it('reads texts from the shard where the text file is missing or damaged', async () => {
    rmSync(join(rollouts, 'text-00000.parquet'))
    const excerpts = async () => (await queries.ask('rollouts/excerpts', { rollouts: ids(1, 3).map((id) => ({ run: directory, id })), characters: 2 })).map((excerpt) => excerpt?.completion)
    assert.deepEqual(await excerpts(), new Array(8).fill('ab'))
    writeFileSync(join(rollouts, 'text-00000.parquet'), 'noise')
    await queries.ask('rollouts/close', { view: (await open()).view })
    assert.deepEqual(await excerpts(), new Array(8).fill('ab'))
  })

  it('counts lines that are no rollouts', async () => {
    appendFileSync(join(rollouts, 'step-000003.jsonl'), `{"a":1}\nnull\n[1]\n${JSON.stringify(rollout({ step: 9 }))}\n`)
    const { view, notices } = await open()
    assert.deepEqual(await idsOf(view), ids(1, 2, 3))
    assert.equal(notices.reduce((sum, { count }) => sum + count, 0), 4)
  })

  it('shows hostile text as it is', async () => {
    const text = `<script>alert(1)</script>\u202e\u200b\u001b[31m[x](command:evil)${'y'.repeat(1_000_000)}`
    const [one] = ofStep(4)
    const line = { ...one!, environment: text.slice(0, 150), problemId: "'; DROP TABLE run0; --", segments: [{ ...one!.segments[0]!, text }] }
    writeFileSync(join(rollouts, 'open-000004.jsonl'), `${JSON.stringify(line)}\n`)
    await open()
    const found = await queries.ask('rollouts/one', { run: directory, id: one!.id })
    assert.equal(found?.segments[0]?.text, text)
    assert.equal((await queries.ask('problems/history', { runs: [directory], problemId: line.problemId, offset: 0, limit: 5 })).count, 1)
  })

  it('never reads through a link, a pipe or a name outside the run', async () => {
    writeFileSync(join(outside, 'secret.json'), JSON.stringify({ secret: SECRET }))
    for (const name of ['summary.json', 'metrics.jsonl', 'events.jsonl', 'annotations.json', 'git.json']) {
      rmSync(join(directory, name), { force: true })
      symlinkSync(join(outside, 'secret.json'), join(directory, name))
    }
    const answers = await Promise.all([
      queries.ask('runs/list', { folders: [join(directory, '..')] }),
      queries.ask('runs/details', { run: directory }),
      queries.ask('runs/events', { run: directory, offset: 0 }).catch((error: QueryHostError) => error.code),
      queries.ask('runs/metrics', { run: directory, offset: 0 }).catch((error: QueryHostError) => error.code),
      queries.ask('runs/annotate', { run: directory, name: 'x' }).catch((error: QueryHostError) => error.code)
    ])
    assert.ok(!JSON.stringify(answers).includes(SECRET))
    assert.deepEqual(answers.slice(2), ['link', 'link', 'link'])
    assert.equal(readFileSync(join(outside, 'secret.json'), 'utf8'), JSON.stringify({ secret: SECRET }))
    rmSync(join(directory, 'events.jsonl'))
    if (spawnSync('mkfifo', [join(directory, 'events.jsonl')]).status === 0) {
      await assert.rejects(queries.ask('runs/events', { run: directory, offset: 0 }), (error) => error instanceof QueryHostError && error.code === 'not-plain')
    }
  })

  it('says of a newer, a damaged and a gone run what it is', async () => {
    const place = join(directory, 'run.json')
    const record = JSON.parse(readFileSync(place, 'utf8')) as Record<string, unknown>
    const cardOf = async () => (await queries.ask('runs/list', { folders: [join(directory, '..')] })).runs[0]!
    writeFileSync(place, JSON.stringify({ ...record, version: 2 }))
    assert.equal((await cardOf()).status, 'newer')
    await assert.rejects(open(), (error) => error instanceof QueryHostError && error.code === 'newer-run' && /[Uu]pdate/.test(error.remedy))
    writeFileSync(place, '{"version":')
    assert.equal((await cardOf()).status, 'damaged')
    writeFileSync(place, JSON.stringify(record))
    writeFileSync(join(directory, 'state.json'), JSON.stringify({ version: 1, runId: 'x', status: 'running', stage: 'rl', step: 1, steps: 2, seconds: 1, updatedAt: '2025-01-31T12:00:00.000Z' }))
    writeFileSync(join(directory, 'run.lock'), JSON.stringify({ version: 1, host: 'elsewhere', pid: 1, token: 'x', startedAt: '1' }))
    assert.equal((await cardOf()).status, 'running')
    rmSync(join(directory, 'run.lock'))
    assert.equal((await cardOf()).status, 'interrupted')
    const { view } = await open()
    rmSync(directory, { recursive: true })
    assert.deepEqual(await idsOf(view), ids(1, 2, 3))
    await assert.rejects(queries.ask('rollouts/one', { run: directory, id: ids(1)[0]! }), (error) => error instanceof QueryHostError && error.code === 'run-gone')
    await assert.rejects(open(), (error) => error instanceof QueryHostError && error.code === 'run-gone')
  })

  it('keeps answering after a file vanished under it', async () => {
    const { view } = await open()
    rmSync(join(rollouts, 'shard-00000.parquet'))
    const one = await queries.ask('rollouts/one', { run: directory, id: ids(1)[0]! }).catch((error: unknown) => error)
    assert.ok(one === null || one instanceof QueryHostError, 'gone, or found gone while it was read')
    while ((await idsOf(view)).length === 12) await delay(20)
    assert.deepEqual(await idsOf(view), ids(2, 3))
    assert.ok(readdirSync(rollouts).length > 0)
    copyFileSync(join(rollouts, 'shard-00001.parquet'), join(rollouts, 'shard-00009.parquet'))
    assert.equal((await open()).count, 8)
  })
})
