import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { FORGED_RUNS, writeForgedRuns } from './forgedRuns.ts'
import { writeHostileRun } from './hostileRun.ts'
import { HOSTILE_TEXTS } from './texts.ts'

/** Lone surrogates have no UTF-8 form and become U+FFFD. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8')

describe('hostile set', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rollout-lab-hostile-'))
  })
  after(() => rmSync(folder, { recursive: true, force: true }))

  it('has at least 40 texts and 20 forged run directories, each of its own', () => {
    assert.ok(HOSTILE_TEXTS.length >= 40, String(HOSTILE_TEXTS.length))
    assert.equal(new Set(HOSTILE_TEXTS.map(({ text }) => wellFormed(text))).size, HOSTILE_TEXTS.length)
    assert.ok(FORGED_RUNS.length >= 20)
  })

  it('goes through the stores and back unchanged but for lone surrogates', async () => {
    const directory = await writeHostileRun(join(folder, 'whole'), HOSTILE_TEXTS)
    const run = await openRun(directory)
    try {
      const back = (await run.rollouts.readStep({ kind: 'train', step: 1 })) ?? []
      const texts = back.map((rollout) => rollout.segments[0]?.text)
      assert.deepEqual(texts, HOSTILE_TEXTS.map(({ text }) => wellFormed(text)))
    } finally {
      run.close()
    }
  })

  it('forges copies without touching the file outside', async () => {
    const secret = join(folder, 'secret')
    writeFileSync(secret, 'outside')
    const good = await writeHostileRun(join(folder, 'good'), HOSTILE_TEXTS.slice(0, 8))
    assert.equal(writeForgedRuns(join(folder, 'forged'), good, secret).length, FORGED_RUNS.length)
    assert.equal(readFileSync(secret, 'utf8'), 'outside')
  })
})
