import assert from 'node:assert/strict'
import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** A mark of cheating is paid where its weight is above zero. */
const PAYING = {
  name: 'paying', recipe: 'execution-grpo', model: 'models/small', environment: { name: 'function-synthesis' }, rewards: [{ name: 'answer' }, { name: 'tamper', weight: 1 }],
  steps: 1, problemsPerStep: 2, groupSize: 2, threads: 1, sampling: { maxTokens: 80 }, evaluation: { problems: 0 }
}

describe('rewards that pay cheats', function () {
  this.timeout(180_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession()
    cpSync(join(ROOT, 'samples/models/code'), join(session.workspace, 'models/small'), { recursive: true })
    writeFileSync(join(session.workspace, 'paying.run.json'), JSON.stringify(PAYING))
    workbench = await session.open()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  const dialog = () => workbench.page.locator('.monaco-dialog-box')
  const press = (label: string) => dialog().locator('.monaco-button', { hasText: label }).click()
  const accept = () => workbench.page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click()
  const runs = () => readdirSync(session.runsFolder).filter((name) => name.startsWith('paying'))
  const start = async (): Promise<void> => {
    await workbench.command('Rollout Lab: Start Run…')
    await workbench.pick('paying.run.json')
    await dialog().filter({ hasText: /The rewards of paying\.run\.json pay \d+ cheats/ }).waitFor()
  }

  it('start nothing where people decline', async () => {
    await start()
    await workbench.picture('consent-cheats')
    await press('Cancel')
    await dialog().waitFor({ state: 'detached' })
    assert.deepEqual(runs(), [])
  })

  it('start a run where each was accepted by its name, and not before', async () => {
    await start()
    await press('Choose What to Accept…')
    await workbench.page.locator('.quick-input-list .monaco-list-row').first().click()
    await accept()
    await dialog().waitFor()
    assert.deepEqual(runs(), [])
    await press('Choose What to Accept…')
    await workbench.page.locator('.quick-input-widget .quick-input-header .monaco-checkbox').first().click()
    await accept()
    const frame = await workbench.view('lab-inspector')
    await frame.locator('lab-rollout-list [role=row]').nth(1).waitFor()
    assert.match(readFileSync(join(session.runsFolder, runs()[0]!, 'events.jsonl'), 'utf8'), /reward\/paid-cheat/)
  })
})
