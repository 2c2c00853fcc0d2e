import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

describe('checkpoints and comparisons', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession()
    for (const seed of [1, 2]) makeSampleRun(session.runsFolder, `grpo--arithmetic-chain--a${seed}`, 2, seed)
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().filter({ hasText: 'arithmetic-chain' }).nth(1).waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)
  afterEach(() => workbench.closeEditors())

  /** Chooses the first row of the quick pick with this title. */
  const pickFirst = async (title: RegExp): Promise<void> => {
    await workbench.page.locator('.quick-input-widget .quick-input-title', { hasText: title }).waitFor()
    await workbench.page.locator('.quick-input-list .monaco-list-row').first().click()
  }
  const editorText = (): Promise<string> => workbench.page.locator('.editor-group-container .view-lines').last().innerText()

  it('evaluates a checkpoint and reports pass@k', async () => {
    await workbench.command('Rollout Lab: Evaluate Checkpoint…')
    await pickFirst(/^Evaluate Checkpoint$/)
    await pickFirst(/^Evaluate Checkpoint:/)
    await pickFirst(/^Evaluate Checkpoint$/)
    await workbench.editorTab(/^Evaluation of/).waitFor()
    assert.match((await editorText()).replaceAll('\u00a0', ' '), /pass@1/)
  })

  it('samples from a checkpoint, text by text', async () => {
    await workbench.command('Rollout Lab: Sample from Checkpoint…')
    await pickFirst(/^Sample from Checkpoint$/)
    await pickFirst(/^Sample from Checkpoint:/)
    const playground = await workbench.view('lab-playground')
    await playground.getByText(/^Sample from arithmetic-chain/).waitFor()
    await playground.locator('vscode-text-area textarea').fill('26 * 2 + 6 :')
    await playground.locator('vscode-text-area textarea').press('Control+Enter')
    await playground.locator('pre[aria-label="Completion 1"]').filter({ hasText: /\d/ }).waitFor()
    await playground.getByText('Sample', { exact: true }).waitFor()
    await workbench.picture('playground-sampled')
  })

  it('compares runs: curves in one dashboard, and what differs', async () => {
    await workbench.command('Rollout Lab: Compare Runs…')
    await workbench.page.locator('.quick-input-title', { hasText: 'Compare Runs' }).waitFor()
    for (const row of [0, 1]) await workbench.page.locator('.quick-input-list .monaco-list-row').nth(row).click()
    await workbench.page.locator('.quick-input-action .monaco-button', { hasText: 'OK' }).click()
    await workbench.editorTab('Dashboard of 2 runs').waitFor()
    await workbench.editorTab('Differences of runs').waitFor()
    assert.match(await editorText(), /seed/)
  })

  it('forks from a checkpoint: a run file that starts from it', async () => {
    await workbench.command('Rollout Lab: Fork from Checkpoint…')
    await pickFirst(/^Fork from Checkpoint$/)
    await pickFirst(/^Fork from Checkpoint:/)
    await workbench.notifications().getByText(/starts from the checkpoint/).waitFor()
    const [name] = readdirSync(session.workspace).filter((entry) => entry.endsWith('.run.json'))
    const { model } = JSON.parse(readFileSync(join(session.workspace, name ?? ''), 'utf8')) as { model: string }
    assert.ok(existsSync(join(session.workspace, model, 'config.json')) || existsSync(join(model, 'config.json')), model)
    await workbench.page.locator('.notification-list-item .monaco-button', { hasText: 'Start It' }).click()
    const inspector = await workbench.view('lab-inspector')
    await inspector.getByText(/\d+ [-+*] \d+/).first().waitFor()
  })

  it('asks nothing of any other machine and reports no errors', () => {
    assert.deepEqual(workbench.requestsLeaving(), [])
    assert.deepEqual(workbench.errors, [])
  })
})
