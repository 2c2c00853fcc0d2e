import assert from 'node:assert/strict'
import type { Frame } from 'playwright-core'
import { seriousFaults } from '../vscode/accessibility.ts'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { THEMES } from '../vscode/workbench.ts'
import type { Theme, Workbench } from '../vscode/workbench.ts'

/** Every page a person can see: how to get there from the run's tree, and what shows that it is drawn. */
const VIEWS: Readonly<Record<string, (workbench: Workbench) => Promise<Frame>>> = {
  dashboard: async (workbench) => {
    await workbench.command('Rollout Lab: Open Dashboard')
    const frame = await workbench.view('lab-dashboard')
    await frame.locator('lab-chart').first().waitFor()
    return frame
  },
  'inspector list': async (workbench) => {
    await workbench.command('Rollout Lab: Open Trace Inspector')
    const frame = await workbench.view('lab-inspector')
    await frame.locator('lab-rollout-list [role=row]').nth(1).waitFor()
    return frame
  },
  'inspector rollout': async (workbench) => {
    const frame = await VIEWS['inspector list']!(workbench)
    await frame.locator('lab-rollout-list [role=row]').nth(1).click()
    await frame.locator('lab-rollout-list [role=grid]').press('Enter')
    await frame.locator('lab-rollout-detail lab-trace').first().waitFor()
    return frame
  },
  playground: async (workbench) => {
    await workbench.command('Rollout Lab: Sample from Checkpoint…')
    const pick = workbench.page.locator('.quick-input-list .monaco-list-row').first()
    await pick.waitFor({ timeout: 5000 }).then(() => pick.click(), () => undefined)
    return workbench.view('lab-playground')
  }
}

describe('views', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession()
    makeSampleRun(session.runsFolder, 'grpo--arithmetic-chain--a1', 6)
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)
  beforeEach(() => workbench.closeEditors())

  for (const theme of Object.keys(THEMES) as Theme[]) {
    for (const [name, open] of Object.entries(VIEWS)) {
      it(`${name}: axe-core finds nothing serious in the ${theme} theme`, async () => {
        await workbench.theme(theme)
        const frame = await open(workbench)
        await workbench.picture(`${name.replace(' ', '-')}-${theme}`)
        assert.deepEqual(await seriousFaults(frame), [])
      })
    }
  }

  it('would be found out by axe-core if they had a fault', async () => {
    const frame = await VIEWS.playground!(workbench)
    await frame.evaluate("document.body.append(document.createElement('img'))")
    assert.match((await seriousFaults(frame)).join(), /image-alt/)
  })

  it('ask nothing of any other machine and report no errors', () => {
    assert.deepEqual(workbench.requestsLeaving(), [])
    assert.deepEqual(workbench.errors, [])
  })
})
