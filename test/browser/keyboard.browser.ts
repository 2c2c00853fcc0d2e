import assert from 'node:assert/strict'
import type { Frame } from 'playwright-core'
import { until } from '../extensionHost/until.ts'
import { seriousFaults } from '../vscode/accessibility.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { writeSteerableRun } from '../vscode/steerableRun.ts'
import type { Workbench } from '../vscode/workbench.ts'

/** Nothing of this test moves or clicks a mouse: it presses keys and looks. */
describe('by keyboard alone', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession()
    writeSteerableRun(session.workspace, 'typed')
    workbench = await session.open()
    await workbench.page.locator('.statusbar-item').first().waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  const press = (...keys: string[]): Promise<void> => keys.reduce((before, key) => before.then(() => workbench.page.keyboard.press(key)), Promise.resolve())
  /** Types into the palette or a quick pick until the row on top says so, then takes it. */
  const choose = async (text: string, top: string): Promise<void> => {
    await workbench.page.keyboard.insertText(text)
    await workbench.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: top }).waitFor({ timeout: 5000 })
    await press('Enter')
  }
  /** Types in the place of what stands in the input that is open, and takes it. */
  const answer = async (text: string): Promise<void> => {
    const input = workbench.page.locator('.quick-input-widget input:focus')
    await input.waitFor()
    await press('Control+a')
    await workbench.page.keyboard.insertText(text)
    await workbench.page.waitForFunction(`document.activeElement?.value === ${JSON.stringify(text)}`)
    await press('Enter')
  }
  const give = async (title: string): Promise<void> => {
    for (let tries = 0; ; tries += 1) {
      await press('F1')
      await workbench.page.locator('.quick-input-widget input').waitFor()
      try {
        return await choose(title, title.replace('Rollout Lab: ', ''))
      } catch (error) {
        // A palette takes up no command that becomes possible while it is open.
        if (tries === 5) throw error
        await press('Escape')
      }
    }
  }

  it('starts a run and reads what it samples', async () => {
    await give('Rollout Lab: Start Run…')
    await workbench.page.locator('.quick-input-title', { hasText: 'Start Run' }).waitFor()
    await choose('typed.run', 'typed.run.json')
    const inspector = await workbench.view('lab-inspector')
    await inspector.locator('lab-rollout-list [role=row]').nth(2).waitFor()
  })

  it('stops it', async () => {
    await give('Rollout Lab: Stop Now')
    await workbench.page.locator('.statusbar-item[id*="rolloutLab.activeRun"]').waitFor({ state: 'hidden' })
  })

  it('opens the run from the tree, whose row says what it is', async () => {
    await give('View: Close All Editors')
    await give('Rollout Lab: Focus on Runs View')
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="typed, stopped"]').waitFor()
    // The command is through before the tree has the focus, which editors that are still closing may take away again: a key pressed now would be lost.
    const tree = workbench.page.locator('.pane-body .monaco-list:focus')
    for (let tries = 0; tries < 3 && !(await tree.waitFor({ timeout: 5000 }).then(() => true, () => false)); tries += 1) await give('Rollout Lab: Focus on Runs View')
    await tree.waitFor()
    await press('Home')
    for (let rows = 0; rows < 4 && !(await workbench.page.locator('.monaco-list-row.focused[aria-label^="typed, stopped"]').isVisible()); rows += 1) await press('ArrowDown')
    assert.match((await workbench.page.locator('.pane-body .monaco-list-row.focused').first().getAttribute('aria-label')) ?? '', /^typed, stopped, step \d+ of 100000/)
    await press('Enter')
    await workbench.view('lab-dashboard')
  })

  it('opens the inspector, filters, opens a rollout, goes back', async () => {
    await give('Rollout Lab: Open Trace Inspector')
    const inspector = await workbench.view('lab-inspector')
    const rows = inspector.locator('lab-rollout-list [role=row]')
    await rows.nth(2).waitFor()
    await inspector.waitForFunction('document.hasFocus()')
    await press('/')
    await workbench.page.keyboard.insertText('=')
    await press('Enter', 'Escape')
    await rows.nth(1).waitFor()
    await inspector.waitForFunction("!document.activeElement?.shadowRoot?.querySelector('input:focus, vscode-text-field:focus')")
    await press('j', 'Enter')
    await inspector.locator('lab-rollout-detail lab-trace').first().waitFor()
    await press('Escape')
    await inspector.locator('lab-rollout-list [role=grid]').waitFor()
  })

  /** Presses Tab until the focus is where this selector says. */
  const tabTo = async (frame: Frame, selector: string): Promise<void> => {
    const focused = `(() => { let at = document.activeElement; while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement; return at?.matches(${JSON.stringify(selector)}) === true })()`
    for (let presses = 0; presses < 40 && !(await frame.evaluate<boolean>(focused)); presses += 1) await press('Tab')
    assert.ok(await frame.evaluate<boolean>(focused), `Tab does not come to ${selector}`)
  }
  /** What axe-core finds in a page, in the dark and in the light, with a picture of each. */
  const faultsIn = async (frame: Frame, name: string): Promise<string[]> => {
    const faults: string[] = []
    for (const theme of ['light', 'dark'] as const) {
      await workbench.theme(theme)
      await workbench.picture(`${name}-${theme}`)
      faults.push(...(await seriousFaults(frame)))
    }
    return faults
  }
  /** The page of the inspector once it has rows and the keyboard. */
  const inspectorInFront = async (): Promise<Frame> => {
    const inspector = await workbench.view('lab-inspector')
    await inspector.locator('lab-rollout-list [role=row]').nth(2).waitFor()
    await inspector.waitForFunction('document.hasFocus()')
    return inspector
  }

  it('sorts by a heading and filters by a range of the histogram, and finds both when it comes back', async () => {
    const inspector = await inspectorInFront()
    await tabTo(inspector, '.header .reward button')
    await press('Enter')
    await inspector.locator('lab-rollout-list .header .reward[aria-sort=descending]').waitFor()
    await press('e', '/')
    const end = inspector.locator('lab-histogram [role=slider]').first()
    await end.waitFor({ state: 'attached' })
    await tabTo(inspector, '[role=slider][aria-label="Reward, from"]')
    await press('PageUp')
    assert.match((await end.getAttribute('aria-valuetext')) ?? '', /; [\d,]+ rollouts? in the range$/)
    assert.deepEqual(await faultsIn(inspector, 'inspector-filters'), [])
    await press('Home', 'Enter')
    await inspector.locator('.chip', { hasText: 'reward' }).waitFor()
    await give('Rollout Lab: Open Dashboard')
    await workbench.view('lab-dashboard')
    await give('Rollout Lab: Open Trace Inspector')
    const again = await inspectorInFront()
    await again.locator('lab-rollout-list .header .reward[aria-sort=descending]').waitFor()
    await again.locator('.chip', { hasText: 'reward' }).waitFor()
    await press('e')
    await again.locator('lab-filter-panel').waitFor({ state: 'detached' })
  })

  it('reads a rollout in every way that the sheet of keys names', async () => {
    const inspector = await inspectorInFront()
    const said = (words: string): Promise<void> => inspector.locator('footer [role=status]', { hasText: words }).waitFor()
    await press('?')
    await inspector.locator('dialog.keys').waitFor()
    assert.deepEqual(await faultsIn(inspector, 'inspector-keys'), [])
    await press('Escape', 'j', 'Enter')
    await inspector.locator('lab-rollout-detail lab-trace').waitFor()
    await press('c')
    await until('the tokens have a colour', async () => (await inspector.locator('select[aria-label="Colour of tokens"]').inputValue()) !== 'none')
    await inspector.locator('lab-trace .fold[aria-expanded=true]').first().waitFor()
    await press('z')
    await inspector.locator('lab-trace .fold[aria-expanded=true]').first().waitFor({ state: 'detached' })
    await press('g')
    await inspector.locator('lab-group li').nth(1).waitFor()
    assert.deepEqual(await faultsIn(inspector, 'inspector-group'), [])
    await press('h')
    await inspector.locator('lab-problem-history [role=status]', { hasText: 'in 1 run' }).waitFor()
    await inspector.locator('lab-problem-history tbody button').first().waitFor()
    assert.deepEqual(await faultsIn(inspector, 'inspector-history'), [])
    await press('r', 'f')
    await said('Following the newest rollouts.')
    await press('f')
    await said('Not following.')
    await press('d')
    await said('Marked.')
  })

  it('compares it with the next one, and comes back by a link that it copied', async () => {
    const inspector = await inspectorInFront()
    await press('y')
    await inspector.locator('footer [role=status]', { hasText: 'Link copied.' }).waitFor()
    const link = String(await workbench.page.evaluate('navigator.clipboard.readText()'))
    const title = await inspector.locator('lab-rollout-detail h2').innerText()
    await press('j')
    await until('the next rollout is open', async () => (await inspector.locator('lab-rollout-detail h2').innerText()) !== title)
    await press('d')
    await workbench.page.locator('.monaco-diff-editor .view-line').first().waitFor()
    await give('Developer: Open URL')
    await answer(link)
    // VS Code asks whether the extension may open it.
    await workbench.page.locator('.monaco-dialog-box .monaco-button:focus', { hasText: 'Open' }).waitFor()
    await press('Enter')
    const again = await inspectorInFront()
    await until('the rollout of the link is open', async () => (await again.locator('lab-rollout-detail h2').innerText()) === title)
    await again.locator('lab-rollout-list [role=row][aria-selected=true]').waitFor()
  })

  it('renames it and filters the list of runs', async () => {
    await give('Rollout Lab: Rename Run…')
    await workbench.page.locator('.quick-input-title', { hasText: 'Rename Run' }).waitFor()
    await press('Enter')
    await workbench.page.locator('.quick-input-message', { hasText: 'A name for people' }).waitFor()
    await answer('renamed')
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="renamed, stopped"]').waitFor()
    await workbench.editorTab('Rollouts: renamed').waitFor()
    await (await workbench.view('lab-inspector')).locator('h1', { hasText: 'renamed' }).waitFor()
    await give('Rollout Lab: Filter Runs…')
    await workbench.page.locator('.quick-input-title', { hasText: 'Filter Runs' }).waitFor()
    await answer('nothing has this name')
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="renamed"]').waitFor({ state: 'hidden' })
    await give('Rollout Lab: Clear Filter of Runs')
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="renamed"]').waitFor()
  })

  it('says in every row of the tree, and in the status bar, what it is', async () => {
    const labels = await workbench.page.locator('.pane-body .monaco-list-row').evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''))
    assert.ok(labels.length > 1)
    assert.deepEqual(labels.filter((label) => label.trim().length < 4), [])
  })
})
