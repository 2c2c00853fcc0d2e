import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LabError } from '../errors.ts'
import { RescoreHeader, RescoreLine } from '../protocol/rescore.ts'
import { diskFileOps } from './fileOps.ts'
import { openRescore } from './rescoreStore.ts'

const HEADER: RescoreHeader = { version: 1, at: '2026-01-31T12:00:00.000Z', file: 'brevity.reward.ts', hash: 'ab', part: 'brev/ity', replaces: null, options: {} }

describe('stores: re-scores', () => {
  let run: string
  beforeEach(() => (run = mkdtempSync(join(tmpdir(), 'lab-rescore-'))))
  afterEach(() => rmSync(run, { recursive: true, force: true }))

  it('lie in files of their own that appear when they are whole, and never replace one another', () => {
    const places = [1, 2].map((count) => {
      const writer = openRescore(run, HEADER, diskFileOps)
      for (let i = 0; i < count * 5000; i++) writer.add({ rollout: `r${i}`, score: i % 2 === 0 ? null : i, why: 'because '.repeat(8), total: null })
      assert.ok(readdirSync(join(run, 'rescores')).some((name) => name.endsWith('.draft')))
      return writer.finish()
    })
    assert.deepEqual(readdirSync(join(run, 'rescores')), ['20260131-120000-brev_ity-2.jsonl', '20260131-120000-brev_ity.jsonl'])
    for (const [i, place] of places.entries()) {
      const [header, ...lines] = readFileSync(place, 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line) as unknown)
      assert.deepEqual(RescoreHeader.parse(header), HEADER)
      assert.equal(lines.length, (i + 1) * 5000)
      assert.equal(RescoreLine.parse(lines.at(-1)).rollout, `r${(i + 1) * 5000 - 1}`)
    }
  })

  it('leave nothing where they are given up, and take no number that is none', () => {
    const writer = openRescore(run, HEADER, diskFileOps)
    assert.throws(() => writer.add({ rollout: 'r', score: NaN, why: '', total: 0 }), (error: unknown) => LabError.is(error))
    writer.discard()
    assert.deepEqual(readdirSync(join(run, 'rescores')), [])
  })

  it('are not written through a link', () => {
    mkdirSync(join(run, 'elsewhere'))
    symlinkSync(join(run, 'elsewhere'), join(run, 'rescores'))
    assert.throws(() => openRescore(run, HEADER, diskFileOps), (error: unknown) => LabError.is(error, 'link'))
    assert.ok(existsSync(join(run, 'elsewhere')))
  })
})
