import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { until } from '../extensionHost/until.ts'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { writeSteerableRun } from '../vscode/steerableRun.ts'
import type { Workbench } from '../vscode/workbench.ts'

describe('Restricted Mode', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession({ trust: false, settings: { 'security.workspace.trust.startupPrompt': 'never' } })
    makeSampleRun(session.runsFolder, 'grpo--arithmetic-chain--a1', 2)
    writeSteerableRun(session.workspace, 'refused')
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  it('lists runs and shows what they recorded', async () => {
    await workbench.tree().filter({ hasText: 'arithmetic-chain' }).first().waitFor()
    await workbench.command('Rollout Lab: Open Trace Inspector')
    const inspector = await workbench.view('lab-inspector')
    await inspector.locator('lab-rollout-list [role=row]').nth(1).waitFor()
  })

  it('offers nothing that would execute something', async () => {
    const offered = (await workbench.offered('Rollout Lab: ')).join('\n')
    for (const title of ['Resume', 'Evaluate Checkpoint', 'Sample from Checkpoint']) assert.ok(!offered.includes(`Rollout Lab: ${title}`), title)
    assert.ok(!(await workbench.offered('Rollout Lab: Suggest Labels')).some((label) => label.includes('Suggest Labels')))
  })

  it('starts nothing, says why, and leads to the workspace trust', async () => {
    for (const title of ['Start Run…', 'Run on Several Seeds…', 'Dry Run', 'Check Setup']) {
      await workbench.command(`Rollout Lab: ${title}`)
      const notice = workbench.page.locator('.notification-list-item', { hasText: 'Restricted Mode' })
      await notice.waitFor()
      await notice.locator('.monaco-button', { hasText: 'Manage Workspace Trust' }).waitFor()
      if (title !== 'Check Setup') await workbench.command('Notifications: Clear All Notifications')
    }
    await workbench.page.locator('.notification-list-item .monaco-button', { hasText: 'Manage Workspace Trust' }).click()
    await workbench.page.getByText('You are in Restricted Mode').waitFor()
    assert.deepEqual(readdirSync(session.runsFolder).filter((name) => !name.startsWith('.')), ['grpo--arithmetic-chain--a1'])
  })

  it('starts runs once the workspace is trusted', async () => {
    await workbench.page.locator('.workspace-trust-editor .monaco-button', { hasText: /^Trust$/ }).click()
    await workbench.page.locator('.statusbar-item', { hasText: 'Restricted Mode' }).waitFor({ state: 'hidden' })
    // It lies over the window, and has lost the focus with the button that was pressed.
    const editor = workbench.page.locator('.workspace-trust-editor')
    await until('the editor of the trust is closed', async () => {
      await editor.getByText('You trust this folder').click({ timeout: 2000 }).catch(() => undefined)
      await workbench.page.keyboard.press('Escape')
      return !(await editor.isVisible())
    })
    await workbench.command('Rollout Lab: Start Run…')
    await workbench.pick('refused.run.json')
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="refused, running"]').waitFor()
    await workbench.command('Rollout Lab: Stop Now')
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="refused, stopped"]').waitFor()
  })
})
