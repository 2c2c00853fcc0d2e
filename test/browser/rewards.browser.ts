import assert from 'node:assert/strict'
import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { BREVITY, writeRewardRun } from '../vscode/rewardRun.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

/** Line of BREVITY on which the test sets its breakpoint. */
const DECIDES = 4

describe('rewards of one’s own in VS Code', function () {
  this.timeout(180_000)
  let session: Session
  let workbench: Workbench
  let frame: Frame
  let run: Awaited<ReturnType<typeof writeRewardRun>>
  before(async () => {
    session = await startSession()
    run = await writeRewardRun(session.workspace, session.runsFolder, 'short')
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().filter({ hasText: 'short' }).first().waitFor()
    await workbench.command('Rollout Lab: Open Trace Inspector')
    frame = await workbench.view('lab-inspector')
    await frame.locator('lab-rollout-list [role=row]').nth(1).waitFor()
    // The newest stands first: the last row is the first rollout.
    for (const key of ['End', 'Enter']) await frame.locator('lab-rollout-list [role=grid]').press(key)
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  const part = () => frame.locator('lab-rollout-detail table[aria-label="Reward parts"]')
  const activeLine = () => workbench.page.locator('.editor-group-container.active .monaco-editor .active-line-number')
  const line = (text: string) => workbench.page.locator('.editor-instance .view-line', { hasText: text }).first()
  const dialogButton = (label: string) => workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: label })

  it('from a reward part one click opens the line of its function', async () => {
    await part().locator('button.link', { hasText: 'brevity' }).click()
    await workbench.editorTab('brevity.reward.ts').first().waitFor()
    await activeLine().filter({ hasText: '3' }).first().waitFor()
    assert.equal(await part().locator('button.link').count(), 1)
    await workbench.page.locator('.codelens-decoration a', { hasText: 'Re-score Rollouts' }).waitFor()
    await workbench.picture('reward-line')
  })

  it('Debug Reward on This Rollout stops at a breakpoint, on this rollout', async () => {
    await workbench.page.keyboard.press('Control+g')
    await workbench.page.locator('.quick-input-widget input').fill(`:${DECIDES}`)
    await workbench.page.keyboard.press('Enter')
    await activeLine().filter({ hasText: String(DECIDES) }).first().waitFor()
    await workbench.page.keyboard.press('F9')
    await workbench.page.locator('.codicon-debug-breakpoint').first().waitFor()
    await part().getByRole('button', { name: 'Debug brevity on this rollout' }).click()
    await dialogButton('Debug').click()
    await workbench.page.locator('.debug-call-stack .stack-frame', { hasText: 'brevity' }).first().waitFor()
    const top = await workbench.page.locator('.debug-call-stack .stack-frame').first().innerText()
    assert.match(top, new RegExp(`brevity[^]*brevity\\.reward\\.ts[^]*${DECIDES}:`))
    const completion = run.rollouts[0]!.segments[0]!.text
    await workbench.page.locator('.debug-variables .monaco-list-row', { hasText: 'Local' }).click()
    await workbench.page.locator('.debug-variables .monaco-list-row', { hasText: 'completion' }).filter({ hasText: completion.slice(0, 20) }).first().waitFor()
    await workbench.picture('reward-debug')
    await workbench.command('Debug: Continue')
    await workbench.page.locator('.repl .monaco-list-row', { hasText: `${completion.length} characters` }).first().waitFor()
    await workbench.page.locator('.debug-toolbar').waitFor({ state: 'hidden' })
  })

  it('Re-score With Edited Reward shows what changes, with links to the rollouts', async () => {
    const recorded = readFileSync(join(run.directory, 'rollouts', 'step-000001.jsonl'), 'utf8')
    writeFileSync(run.file, BREVITY.replace('? 1 : 0', '? 0 : 1'))
    await workbench.editorTab('brevity.reward.ts').first().click()
    await line('? 0 : 1').waitFor()
    await workbench.command('Rollout Lab: Re-score With Edited Reward…')
    for (const words of ['brevity in the place of the part brevity', '8 training rollouts of short', '8 of 8 4 higher, 4 lower', '4 now right, 4 now wrong']) await line(words).waitFor()
    await workbench.picture('reward-rescore')
    assert.equal(readFileSync(join(run.directory, 'rollouts', 'step-000001.jsonl'), 'utf8'), recorded)
    assert.equal(readdirSync(join(run.directory, 'rescores')).length, 1)
    await workbench.page.locator('.editor-instance :is(.detected-link, .detected-link-active)', { hasText: 't000001.1-000-00' }).first().click({ modifiers: ['Control'] })
    await workbench.editorTab('t000001.1-000-00.trace').waitFor()
    await workbench.command('Rollout Lab: Open Reward of This Rollout')
    await workbench.page.locator('.editor-group-container.active .tab.active[data-resource-name="brevity.reward.ts"]').waitFor()
  })

  it('scores again when the file is saved', async () => {
    await workbench.editorTab('brevity.reward.ts').first().click()
    await line('? 0 : 1').click()
    await workbench.page.keyboard.press('Control+End')
    await workbench.page.keyboard.type('export const zero = () => 0\n')
    await workbench.page.keyboard.press('Control+s')
    for (const until = Date.now() + 30_000; readdirSync(join(run.directory, 'rescores')).filter((name) => name.endsWith('.jsonl')).length < 2; await workbench.page.waitForTimeout(100)) {
      if (Date.now() > until) throw new Error('Saving did not score again.')
    }
  })

  it('Red-Team This Reward tries cheats as the run file that names it uses it', async () => {
    writeFileSync(join(session.workspace, 'cheated.run.json'), JSON.stringify({
      name: 'cheated', model: {}, environment: { name: 'function-synthesis' }, rewards: [{ name: 'module', path: 'rewards/brevity.reward.ts', options: { most: 5000 } }]
    }))
    await workbench.editorTab('brevity.reward.ts').first().click()
    await workbench.command('Rollout Lab: Red-Team This Reward')
    await workbench.editorTab('Red team of cheated.run.json').waitFor()
    await line('cheats tried').waitFor()
    assert.deepEqual(workbench.errors, [])
  })
})
