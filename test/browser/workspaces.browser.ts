import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const USER_MODULES = fileURLToPath(new URL('../../samples/user-modules', import.meta.url))

describe('several folders, a full runs folder, code of a workspace', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  let second = ''
  before(async () => {
    session = await startSession({ settings: { 'rolloutLab.retentionGigabytes': 0.000001 } })
    const run = makeSampleRun(session.runsFolder, 'grpo--arithmetic-chain--a1', 2)
    second = join(session.workspace, '..', 'second')
    for (const folder of [join(second, '.rollout-lab', 'runs'), join(session.globalStorage, 'runs')]) {
      mkdirSync(folder, { recursive: true })
      cpSync(run, join(folder, 'grpo--arithmetic-chain--a2'), { recursive: true })
    }
    cpSync(USER_MODULES, second, { recursive: true })
    const file = join(session.workspace, '..', 'both.code-workspace')
    writeFileSync(file, JSON.stringify({ folders: [{ path: session.workspace }, { path: second }] }))
    workbench = await session.open(file)
    await workbench.openView('Rollout Lab')
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  const button = (label: string) => workbench.page.locator('.notification-list-item .monaco-button', { hasText: label })
  const dialogButton = (label: string) => workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: label })

  it('lists the runs of every folder, and those made without one', async () => {
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="grpo, 2 runs"]').waitFor()
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="Other: made without a folder, 1 run"]').waitFor()
  })

  it('proposes a cleaning where runs take more than is set', async () => {
    await workbench.notifications().getByText(/^Runs take .* more than the .* that are set/).waitFor()
    await button('Choose What to Delete…').click()
    await workbench.page.locator('.quick-input-title', { hasText: 'Clean Up Runs' }).waitFor()
    assert.equal(await workbench.page.locator('.quick-input-list .monaco-list-row').count(), 3)
    await workbench.page.keyboard.press('Escape')
  })

  it('runs code of the workspace only where people say so', async () => {
    const start = async (): Promise<void> => {
      await workbench.command('Rollout Lab: Start Run…')
      await workbench.pick('largest.run.json')
      await workbench.page.locator('.monaco-dialog-box', { hasText: 'The run file names code of this workspace.' }).waitFor()
    }
    await start()
    await dialogButton('Cancel').click()
    await workbench.page.locator('.tabs-container .tab', { hasText: 'largest' }).first().waitFor({ state: 'detached' })
    const runs = (): string[] => readdirSync(join(second, '.rollout-lab', 'runs')).filter((name) => name.startsWith('largest'))
    assert.deepEqual(runs(), [])
    await start()
    const shown = await workbench.page.locator('.monaco-dialog-box').innerText()
    // All that the run file names at once, each with its own hash.
    for (const name of ['environment', 'reward', 'algorithm']) assert.match(shown, new RegExp(`/${name}\\.ts\\s+SHA-256 [0-9a-f]{64}\\s`))
    await dialogButton('Run Them This Once').click()
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label^="largest, running"]').waitFor()
    assert.equal(runs().length, 1)
    await workbench.command('Rollout Lab: Stop Now')
  })
})
