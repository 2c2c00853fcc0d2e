import assert from 'node:assert/strict'
import { appendFileSync } from 'node:fs'
import { join } from 'node:path'
import { makeRun, temporaryFolder, writeLabels } from '../../labels/exports/run.fixture.ts'
import { firstError, label, trace, verdict } from '../../labels/rows/rows.fixture.ts'
import type { AgreementMeasure, Disagreement } from '../../protocol/labelViews.ts'
import { commandLine } from '../commandLine.fixture.ts'

const RUN = '.rollout-lab/runs/one'
const traces = ['r1', 'r2', 'r3', 'r4'].map((id, i) => trace(id, ['1 + 1 = 2', '2 + 2 = 4'], i < 2 ? '4' : '5'))

describe('lab labels agreement', () => {
  const folder = temporaryFolder()
  const labels = join(folder, '.rollout-lab/labels/one')
  const lab = (...args: string[]) => commandLine(folder, ['labels', 'agreement', ...args])
  const linesOf = <T>(out: string): T[] => out.trim().split('\n').map((line) => JSON.parse(line) as T)

  before(async () => {
    await makeRun(join(folder, RUN), traces)
    writeLabels(labels, [
      ...traces.map((one, i) => label(one, verdict(i < 2), { labeler: 'ada' })), ...traces.map((one, i) => label(one, verdict(i < 3), { labeler: 'bo' })),
      label(traces[0]!, firstError(null), { labeler: 'ada' }), label(traces[0]!, firstError(1), { labeler: 'bo' }), label(traces[1]!, firstError(0), { labeler: 'ada' }), label(traces[1]!, firstError(0), { labeler: 'bo' })
    ])
  })

  it('tells each measure with its interval, and what it is', async () => {
    const { code, out } = await lab(RUN)
    assert.equal(code, 0)
    assert.match(out, /Verdict: Cohen’s κ +ada and bo +0\.500 \[-?\d\.\d+, \d\.\d+\] +4\n/)
    assert.match(out, /First wrong step: First-error F1 +bo against ada +0\.000 \[0\.000, 0\.000\] +2\n/)
    assert.match(out, /Krippendorff’s α, nominal +1 − observed \/ expected disagreement/)
  })

  it('gives the same as JSON lines, and damaged lines on standard error', async () => {
    appendFileSync(join(labels, 'eve-1.jsonl'), 'noise\n')
    const { code, out, err } = await lab(RUN, '--json')
    assert.equal(code, 0)
    assert.match(err, /eve-1\.jsonl:1: /)
    const kappa = linesOf<AgreementMeasure>(out).find(({ measure }) => measure === 'verdict/kappa')!
    assert.deepEqual([kappa.between, kappa.value, kappa.items], ['ada and bo', 0.5, 4])
  })

  it('lists what they differ on', async () => {
    const { out } = await lab(RUN, '--disagreements')
    assert.match(out, /r3 +verdict +ada: wrong; bo: right\n/)
    assert.deepEqual(linesOf<Disagreement>((await lab(RUN, '--disagreements', '--json')).out).map(({ rollout, kind }) => [rollout, kind]).sort(), [['r1', 'firstError'], ['r3', 'verdict']])
  })

  it('says so where nothing was judged, and where there is no run', async () => {
    assert.match((await lab(RUN, '--labels', 'nowhere')).out, /Nothing here was judged/)
    assert.match((await lab(RUN, '--labels', 'nowhere', '--disagreements')).out, /Nobody differs/)
    const { code, err } = await lab('gone')
    assert.equal(code, 2)
    assert.match(err, /There is no run directory gone/)
  })
})
