import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Locator } from 'playwright-core'
import { processesOf, writeSettings } from '../../scripts/vscodeServer.mjs'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { writeSteerableRun } from '../vscode/steerableRun.ts'
import type { Workbench } from '../vscode/workbench.ts'

/** Only one evaluation, which takes longer than any test of it. */
const LONG_EVALUATION = { problems: 2000, samples: 16, every: 100_000 }

describe('steering in the window', function () {
  this.timeout(300_000)
  let session: Session
  let first: Workbench
  before(async () => {
    session = await startSession()
    writeSteerableRun(session.workspace, 'steered')
    writeSteerableRun(session.workspace, 'evaluated', LONG_EVALUATION)
    first = await session.open()
    await first.openView('Rollout Lab')
  })
  after(() => session.close())
  pictureFailures(() => first)

  /** What a screen reader says of the run's row: name, standing, step. */
  const row = (workbench: Workbench, name: string): Locator => workbench.page.locator('.pane-body .monaco-list-row[aria-label*="step"]', { hasText: name }).first()
  const standing = (workbench: Workbench, name: string, word: string): Promise<void> =>
    workbench.page.locator(`.pane-body .monaco-list-row[aria-label^="${name}, ${word}"]`).first().waitFor()
  const start = async (name: string): Promise<void> => {
    await first.command('Rollout Lab: Start Run…')
    await first.pick(`${name}.run.json`)
    await first.view('lab-inspector')
    await standing(first, name, 'running')
  }
  const directoryOf = (name: string): string => join(session.runsFolder, readdirSync(session.runsFolder).find((entry) => entry.startsWith(`${name}--`)) ?? '')
  const stateOf = (name: string): { status: string; step: number } => JSON.parse(readFileSync(join(directoryOf(name), 'state.json'), 'utf8')) as { status: string; step: number }

  it('stops at once in the middle of the first evaluation, and says that the run was stopped', async () => {
    await start('evaluated')
    await first.command('Rollout Lab: Stop Now')
    await standing(first, 'evaluated', 'stopped')
    assert.equal(stateOf('evaluated').status, 'stopped')
    assert.deepEqual(await first.notifications().allInnerTexts(), [])
  })

  it('names the panels of a run by its short name', async () => {
    await first.editorTab('Rollouts: evaluated').waitFor()
    await first.editorTab('Dashboard: evaluated').waitFor()
    assert.deepEqual((await first.page.locator('.tabs-container .tab').allInnerTexts()).filter((title) => title.includes('--')), [])
  })

  it('pauses and goes on', async () => {
    await start('steered')
    await first.command('Rollout Lab: Pause')
    await standing(first, 'steered', 'paused')
    await first.command('Rollout Lab: Continue')
    await standing(first, 'steered', 'running')
  })

  it('queues several seeds behind the run that trains; they are moved and taken out by name', async () => {
    const atATime = (count: number): void => writeSettings(session.server.directories, { 'rolloutLab.runsPerDevice': count })
    const place = (seed: number, at: number): Promise<void> => first.page.locator(`.pane-body .monaco-list-row[aria-label^="steered, seed ${seed}, place ${at} of 2"]`).waitFor()
    atATime(1)
    await first.commandOn('Rollout Lab: Run on Several Seeds…', 'steered.run.json')
    await first.page.locator('.quick-input-widget', { hasText: 'How many seeds' }).locator('input').fill('2')
    await first.page.keyboard.press('Enter')
    await first.page.locator('.statusbar-item', { hasText: '2 runs wait in the queue for the device.' }).waitFor()
    await Promise.all([place(1, 1), place(2, 2)])
    await first.picture('queue')
    await first.commandOn('Rollout Lab: Move Up in Queue', 'seed 2')
    await Promise.all([place(2, 1), place(1, 2)])
    await first.commandOn('Rollout Lab: Move Down in Queue', 'seed 2')
    await Promise.all([place(1, 1), place(2, 2)])
    for (const seed of [1, 2]) await first.commandOn('Rollout Lab: Remove from Queue', `seed ${seed}`)
    await first.page.locator('.pane-body .monaco-list-row[aria-label^="Queue"]').waitFor({ state: 'detached' })
    atATime(64)
    await standing(first, 'steered', 'running')
  })

  it('lets a second window watch, and take over', async () => {
    const second = await session.open()
    await second.openView('Rollout Lab')
    await row(second, 'steered').waitFor()
    await second.page.locator('.pane-body .monaco-list-row[aria-label^="steered, running"][aria-label*="steered by another window"]').waitFor()
    await second.command('Rollout Lab: Take Over Steering')
    await first.page.locator('.pane-body .monaco-list-row[aria-label^="steered"][aria-label*="steered by another window"]').waitFor()
    await second.command('Rollout Lab: Stop')
    await standing(second, 'steered', 'stopped')
    await standing(first, 'steered', 'stopped')
    await second.close()
  })

  it('resumes where the run stopped', async () => {
    const { step } = stateOf('steered')
    await first.commandOn('Rollout Lab: Resume', 'steered')
    await standing(first, 'steered', 'running')
    for (let now = 0; now <= step; await first.page.waitForTimeout(100)) now = stateOf('steered').step
  })

  it('gives steering to the window that is reloaded', async () => {
    await first.reload()
    await standing(first, 'steered', 'running')
    const began = Date.now()
    await first.page.locator('.pane-body .monaco-list-row[aria-label^="steered, running"]:not([aria-label*="another window"])').waitFor()
    console.log(`      steers again ${((Date.now() - began) / 1000).toFixed(1)} s after it was seen`)
    await first.editorTab('Rollouts: steered').waitFor()
    await first.editorTab('Dashboard: steered').waitFor()
    await first.view('lab-inspector')
  })

  it('finds a hung trainer, says so and ends it when told', async () => {
    const [pid] = processesOf(join(session.server.folder, 'user')).filter((each) => readFileSync(`/proc/${each}/cmdline`, 'utf8').includes('\0host'))
    assert.ok(pid, 'no trainer runs')
    process.kill(pid, 'SIGSTOP')
    await standing(first, 'steered', 'not answering')
    await first.notifications().getByText(/does not answer/).waitFor()
    await first.command('Rollout Lab: End Hung Trainer')
    await first.page.locator('.monaco-dialog-box .monaco-button', { hasText: 'End It' }).click()
    await standing(first, 'steered', 'interrupted')
    await first.notifications().getByText(/nothing recorded is lost/i).first().waitFor()
  })

  it('reports no errors', () => assert.deepEqual(first.errors.filter((error) => !/lifecycle/.test(error)), []))
})
