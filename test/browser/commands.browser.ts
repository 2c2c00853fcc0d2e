import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'jsonc-parser'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

/** What a command shows first, from the palette, with two finished runs and nothing that trains. */
type Shows = { readonly quickInput: string } | { readonly tab: RegExp } | { readonly element: string }

const COMMANDS: Readonly<Record<string, Shows>> = {
  'Start Run…': { quickInput: 'Start Run' },
  'Run on Several Seeds…': { quickInput: 'Run on Several Seeds' },
  'Dry Run': { quickInput: 'Dry Run' },
  'New Run File': { quickInput: 'New Run File' },
  'Open Sample…': { quickInput: 'Open Sample' },
  'Evaluate Checkpoint…': { quickInput: 'Evaluate Checkpoint' },
  'Fork from Checkpoint…': { quickInput: 'Fork from Checkpoint' },
  'Sample from Checkpoint…': { quickInput: 'Sample from Checkpoint' },
  'Compare Runs…': { quickInput: 'Compare Runs' },
  'Open Dashboard': { quickInput: 'Open Dashboard' },
  'Open Trace Inspector': { quickInput: 'Open Trace Inspector' },
  'Label Rollouts': { quickInput: 'Label Rollouts' },
  'Open Run Folder': { quickInput: 'Open Run Folder' },
  'Open Run File of a Run': { quickInput: 'Open Run File of a Run' },
  'Rename Run…': { quickInput: 'Rename Run' },
  'Edit Notes': { quickInput: 'Edit Notes' },
  'Edit Tags…': { quickInput: 'Edit Tags' },
  'Pin Run': { quickInput: 'Pin Run' },
  'Delete Run…': { quickInput: 'Delete Run' },
  'Filter Runs…': { quickInput: 'Filter Runs' },
  'Check Setup': { tab: /Set-up/ },
  'Open Walkthrough': { element: '.getting-started-step, .gettingStartedContainer' },
  'Open Settings': { element: '.settings-editor' }
}

/** Commands that make no sense here: the palette must not offer them. */
const NOT_NOW = ['Pause', 'Continue', 'Stop', 'Stop Now', 'Take Over Steering', 'End Hung Trainer', 'Move Up in Queue', 'Move Down in Queue', 'Remove from Queue', 'Clear Filter of Runs', 'Unpin Run', 'Group Runs by Recipe']

describe('commands from the palette', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession()
    for (const seed of [1, 2]) makeSampleRun(session.runsFolder, `grpo--arithmetic-chain--a${seed}`, 2, seed)
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.page.locator('.pane-body .monaco-list-row', { hasText: 'arithmetic-chain' }).nth(1).waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)
  afterEach(async () => {
    for (let presses = 0; presses < 3; presses += 1) await workbench.page.keyboard.press('Escape')
  })

  for (const [title, shows] of Object.entries(COMMANDS)) {
    it(`${title} shows what it should`, async () => {
      await workbench.command(`Rollout Lab: ${title}`)
      if ('quickInput' in shows) await workbench.page.locator('.quick-input-widget .quick-input-title', { hasText: shows.quickInput }).waitFor()
      if ('element' in shows) await workbench.page.locator(shows.element).first().waitFor()
      if ('tab' in shows) await workbench.editorTab(shows.tab).first().waitFor()
    })
  }

  it('offers nothing that cannot be done now', async () => {
    const offered = (await workbench.offered('Rollout Lab: ')).map((label) => label.replace(/,.*$/, '').replace(/^Rollout Lab: /, ''))
    assert.deepEqual(NOT_NOW.filter((title) => offered.includes(title)), [])
  })

  it('New Run File writes one of a recipe, for problems, with a model and an engine', async () => {
    await workbench.commandOn('Rollout Lab: New Run File', 'dr-grpo')
    for (const [step, label] of [['problems (1/3)', 'countdown'], ['model (2/3)', 'countdown'], ['engine (3/3)', 'onnx']] as const) {
      await workbench.page.locator('.quick-input-title', { hasText: step }).waitFor()
      await workbench.pick(label)
    }
    await workbench.editorTab('countdown-dr-grpo.run.json').waitFor()
    const { recipe, environment, engine } = parse(readFileSync(join(session.workspace, 'countdown-dr-grpo.run.json'), 'utf8')) as Record<string, unknown>
    assert.deepEqual([recipe, environment, engine], ['dr-grpo', { name: 'countdown' }, 'onnx'])
  })

  it('asks nothing of any other machine and reports no errors', () => {
    assert.deepEqual(workbench.requestsLeaving(), [])
    assert.deepEqual(workbench.errors, [])
  })
})
