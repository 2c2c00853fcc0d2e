import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readSealedRollouts } from '../../trainer/stores/rolloutLines.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'

/** Ten take minutes; ROLLOUT_LAB_RELOADS sets another number. */
const RELOADS = Number(process.env.ROLLOUT_LAB_RELOADS ?? 2)

/** The rollouts of every sealed step of the only run: problems × attempts each, none twice. */
function sealedSteps(runsFolder: string): { readonly step: string; readonly rollouts: number; readonly distinct: number }[] {
  const [run] = readdirSync(runsFolder).filter((name) => !name.startsWith('.'))
  const folder = join(runsFolder, run ?? '', 'rollouts')
  return readdirSync(folder).filter((name) => /^step-\d+\.jsonl$/.test(name)).map((step) => {
    const rollouts = readSealedRollouts(join(folder, step)).filter(({ superseded }) => !superseded)
    return { step, rollouts: rollouts.length, distinct: new Set(rollouts.map(({ group, sampleIndex }) => `${group} ${sampleIndex}`)).size }
  })
}

describe('window reload in the middle of a run', function () {
  this.timeout(300_000)
  let session: Session
  before(async () => {
    session = await startSession()
  })
  after(() => session.close())

  it(`goes on through ${RELOADS} reloads, attached again, with every rollout recorded once`, async () => {
    const workbench = await session.open()
    await workbench.command('Rollout Lab: Start Run…')
    await workbench.pick('arithmetic-chain')
    await workbench.view('lab-inspector', 60_000)
    const seconds: number[] = []
    for (let reload = 0; reload < RELOADS; reload += 1) {
      await workbench.reload()
      const shown = Date.now()
      const inspector = await workbench.view('lab-inspector', 60_000)
      await inspector.locator('lab-rollout-list [role=row], lab-live-texts').first().waitFor({ timeout: 60_000 })
      await workbench.page.locator('.statusbar-item[id*="rolloutLab.activeRun"]').waitFor({ timeout: 60_000 })
      seconds.push((Date.now() - shown) / 1000)
    }
    console.log(`      attached again after ${seconds.map((value) => value.toFixed(1)).join(', ')} s`)
    await workbench.command('Rollout Lab: Stop')
    await workbench.page.locator('.statusbar-item[id*="rolloutLab.activeRun"]').waitFor({ state: 'hidden', timeout: 60_000 })
    const steps = sealedSteps(session.runsFolder)
    assert.ok(steps.length > 0, 'no step was sealed')
    for (const { step, rollouts, distinct } of steps) assert.deepEqual({ step, rollouts, distinct }, { step, rollouts: 128, distinct: 128 })
    assert.deepEqual(workbench.requestsLeaving(), [])
    await workbench.close()
  })
})
