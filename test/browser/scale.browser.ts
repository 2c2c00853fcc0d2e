import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeSyntheticRun } from '../query/syntheticRun.ts'
import { openInspector, scaleRound } from '../views/scaleRound.ts'
import { listState } from '../views/pageProbe.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'

/** More rows than a browser can scroll past unscaled: 42 pixels each, and 10 million pixels of scroll bar. */
const ROLLOUTS = 260_000

describe('a long list', function () {
  this.timeout(300_000)
  let session: Session
  let runsFolder: string
  before(async () => {
    runsFolder = mkdtempSync(join(tmpdir(), 'rollout-lab-scale-'))
    await makeSyntheticRun({ directory: join(runsFolder, 'synthetic'), rollouts: ROLLOUTS, tokens: 8 })
    session = await startSession({ settings: { 'rolloutLab.runsFolder': runsFolder } })
  })
  after(async () => {
    await session.close()
    rmSync(runsFolder, { recursive: true, force: true })
  })

  it('is filtered, sorted, searched, jumped through and read to its last row', async () => {
    // Each step waits until the rows that it asks for are drawn, and fails where they never are.
    const round = await scaleRound(session, ROLLOUTS)
    assert.ok(round.changes.length >= 10)
  })

  it('shows other rows once it is sorted', async () => {
    const workbench = await session.open()
    const { frame } = await openInspector(workbench)
    const rewards = () => frame.locator('lab-rollout-list .row .reward').allInnerTexts().then((texts) => texts.map((text) => Number(text.trim().replace('−', '-'))))
    assert.notDeepEqual(await rewards(), (await rewards()).sort((a, b) => b - a))
    await frame.locator('lab-rollout-list .header button', { hasText: 'Reward' }).click()
    await frame.locator('lab-rollout-list .header .reward[aria-sort=descending]').waitFor()
    await frame.evaluate('labProbe.when(() => labProbe.list().model.pages.row(0)?.reward > 1.19)')
    const sorted = await rewards()
    assert.deepEqual(sorted, [...sorted].sort((a, b) => b - a))
    assert.equal((await listState(frame)).drawn[0], 0)
    assert.deepEqual(workbench.errors, [])
  })

  it('keeps its end in view where it gets smaller', async () => {
    const workbench = await session.open()
    const { frame } = await openInspector(workbench)
    const endInView = `labProbe.when(() => {
      const grid = labProbe.list().shadowRoot.querySelector('[role=grid]')
      const last = grid.querySelector('#row${ROLLOUTS - 1}')
      return last && last.getBoundingClientRect().bottom <= grid.getBoundingClientRect().bottom + 1 && grid.clientHeight
    })`
    await frame.locator('lab-rollout-list .grid').press('End')
    await frame.evaluate(endInView)
    const height = () => frame.locator('lab-rollout-list .grid').evaluate((grid) => grid.clientHeight)
    const before = await height()
    const { width } = workbench.page.viewportSize()!
    await workbench.page.setViewportSize({ width, height: 520 })
    await frame.evaluate(`labProbe.when(() => labProbe.list().shadowRoot.querySelector('[role=grid]').clientHeight < ${before})`)
    await frame.evaluate(endInView)
    assert.ok(await height() < before)
    assert.deepEqual(workbench.errors, [])
  })
})
