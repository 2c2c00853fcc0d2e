import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { FORGED_RUNS, writeForgedRuns } from '../hostile/forgedRuns.ts'
import { writeHostileRun } from '../hostile/hostileRun.ts'
import { HOSTILE_TEXTS, MARK } from '../hostile/texts.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const SECRET = 'the word that must not be shown'
/** Elements that no view has, and that hostile text would bring along. */
const FOREIGN = 'script:not([nonce]):not(#_vscodeApiScript), iframe, object, embed, form, base, meta[http-equiv=refresh], video, audio, a[href^="javascript:"], a[href^="command:"], img:not([src^="data:"]):not([src^="blob:"])'

/** Looks through open shadow roots as well. A script of the page, as text: this file is not type-checked against a page. */
function foreignElements(frame: Frame): Promise<string[]> {
  return frame.evaluate<string[]>(`(() => {
    const found = []
    const visit = (root) => {
      root.querySelectorAll(${JSON.stringify(FOREIGN)}).forEach((element) => found.push(element.outerHTML.slice(0, 200)))
      root.querySelectorAll('*').forEach((element) => element.shadowRoot && visit(element.shadowRoot))
    }
    visit(document)
    return found
  })()`)
}

describe('hostile runs', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  let dialogs = 0
  before(async () => {
    session = await startSession()
    const secret = join(session.workspace, 'secret.txt')
    writeFileSync(secret, SECRET)
    const hostile = await writeHostileRun(session.runsFolder, HOSTILE_TEXTS)
    writeForgedRuns(session.runsFolder, hostile, secret)
    workbench = await session.open()
    workbench.page.on('dialog', (dialog) => {
      dialogs += 1
      void dialog.dismiss()
    })
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  async function nothingHappened(): Promise<void> {
    for (const frame of workbench.page.frames()) {
      assert.equal(await frame.evaluate((mark) => mark in globalThis, MARK), false, `a script ran in ${frame.url()}`)
    }
    for (const frame of workbench.webviewFrames()) assert.deepEqual(await foreignElements(frame), [])
    assert.deepEqual(workbench.requestsLeaving(), [])
    assert.equal(dialogs, 0)
    assert.equal(await workbench.editorTab('Untitled').count(), 0, 'a command ran')
    assert.equal(await workbench.page.getByText(SECRET).count(), 0, 'a file outside the runs was shown')
  }

  it('are listed in the tree, the good ones beside those that lie', async () => {
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
    await workbench.page.locator('.pane-body .monaco-list-row', { hasText: 'img src' }).first().waitFor()
    const labels = await workbench.tree().allInnerTexts()
    assert.deepEqual(labels.filter((label) => /[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(label)), [])
    await workbench.tree().first().hover()
    await workbench.page.waitForTimeout(700)
    await workbench.picture('hostile-tree')
    await nothingHappened()
  })

  it('show their texts in the inspector as text', async () => {
    await openByName(workbench, 'Rollout Lab: Open Trace Inspector')
    const frame = await workbench.view('lab-inspector')
    const list = frame.locator('lab-rollout-list [role=grid]')
    await frame.locator('lab-rollout-list [role=row]').nth(1).waitFor()
    await frame.locator('lab-rollout-list [role=row]').nth(1).click()
    for (let row = 0; row < HOSTILE_TEXTS.length; row += 1) {
      await list.press('Enter')
      await frame.locator('lab-rollout-detail').waitFor()
      if (row % 8 === 0) await frame.locator('lab-executions .row.test button').first().click()
      await list.press('ArrowDown')
    }
    await workbench.picture('hostile-inspector')
    await nothingHappened()
  })

  it('stay text when Markdown and LaTeX are drawn', async () => {
    const frame = await workbench.view('lab-inspector')
    const list = frame.locator('lab-rollout-list [role=grid]')
    await list.press('Home')
    await list.press('m')
    for (let row = 0; row < HOSTILE_TEXTS.length; row += 1) {
      await list.press('Enter')
      await list.press('ArrowDown')
    }
    await workbench.picture('hostile-rendered')
    await nothingHappened()
  })

  it('show the dashboard, a document and a hover without running anything', async () => {
    await openByName(workbench, 'Rollout Lab: Open Dashboard')
    await workbench.view('lab-dashboard')
    await workbench.picture('hostile-dashboard')
    await openByName(workbench, 'Rollout Lab: Open Trace Inspector')
    const frame = await workbench.view('lab-inspector')
    await frame.locator('lab-rollout-list [role=row]').nth(1).click()
    await frame.locator('lab-rollout-list [role=grid]').press('Enter')
    await frame.locator('lab-rollout-list [role=grid]').press('o')
    await workbench.page.locator('.monaco-editor .view-lines').first().waitFor()
    await workbench.page.locator('.monaco-editor .view-line').first().hover()
    await workbench.picture('hostile-document')
    await nothingHappened()
  })

  for (const [index, { name }] of FORGED_RUNS.entries()) {
    it(`opens a run forged so that ${name}, and shows what is there or says what is wrong`, async () => {
      await workbench.closeEditors()
      await workbench.command('Rollout Lab: Open Trace Inspector')
      const number = `forged--${String(index).padStart(4, '0')}`
      await workbench.page.locator('.quick-input-widget input[type="text"]').fill(number)
      await workbench.pick(number)
      const frame = await workbench.view('lab-inspector')
      await frame.locator('lab-rollout-list [role=row], [role=alert], .notice, .empty, .error').first().waitFor()
      await nothingHappened()
    })
  }
})

/** Runs a command and chooses the hostile run where it asks which. */
async function openByName(workbench: Workbench, command: string): Promise<void> {
  await workbench.command(command)
  const row = workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: 'img src' }).first()
  await row.waitFor({ timeout: 5000 }).then(() => row.click(), () => undefined)
}
