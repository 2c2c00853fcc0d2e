import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { foldLabels } from '../../trainer/labels/store/foldLabels.ts'
import { LabelRecord } from '../../trainer/protocol/label.ts'
import type { Opinion } from '../../trainer/protocol/label.ts'
import { until } from '../extensionHost/until.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { writeTraceRun } from '../vscode/traceRun.ts'
import type { Workbench } from '../vscode/workbench.ts'

const TRACES = 4
const STEPS = 3
const ENDPOINT = 'http://127.0.0.1:9/v1'

/** A command of a trace, by its title, and all that the labeler has said of the trace once it was given. */
interface Said {
  readonly title: string
  readonly then: readonly Opinion[]
}

const great: Opinion = { kind: 'stepRating', rating: 1 }
const wrong: Opinion = { kind: 'verdict', right: false }
const second: Opinion = { kind: 'firstError', step: 1 }

/** Each goes on from what the one before left; the cursor stands in the first step until it is moved. */
const ON_TRACES: readonly Said[] = [
  { title: 'Rate Step: Unsure', then: [{ kind: 'stepRating', rating: 'unsure' }] },
  { title: 'Rate Step: Okay', then: [{ kind: 'stepRating', rating: 0 }] },
  { title: 'Rate Step: Great', then: [great] },
  { title: 'Next Step of the Trace', then: [great] },
  { title: 'First Wrong Step', then: [great, second, wrong] },
  { title: 'No Step Is Wrong', then: [great, { kind: 'firstError', step: null }, wrong] },
  { title: 'Verdict: Right', then: [great, { kind: 'firstError', step: null }, { kind: 'verdict', right: true }] },
  { title: 'Undo Last Label', then: [great, { kind: 'firstError', step: null }, wrong] },
  { title: 'First Wrong Step', then: [great, second, wrong] },
  { title: 'Verdict: Wrong', then: [great, second] },
  { title: 'Turn Verdict: Right, Wrong, None', then: [great, second, { kind: 'verdict', right: true }] },
  { title: 'Flag Trace', then: [great, second, { kind: 'verdict', right: true }, { kind: 'flag', reason: '' }] },
  { title: 'Previous Step of the Trace', then: [great, second, { kind: 'verdict', right: true }, { kind: 'flag', reason: '' }] },
  { title: 'Rate Step: Bad', then: [{ kind: 'stepRating', rating: -1 }, { kind: 'firstError', step: 0 }, { kind: 'verdict', right: true }, { kind: 'flag', reason: '' }] }
]

/** Lists and what is kept, then a trace: what is given by its title does what it says. */
describe('what other tests do by key or click, from the palette', function () {
  this.timeout(240_000)
  let session: Session
  let workbench: Workbench
  let run = ''
  let outworn = ''
  let spare = ''
  let trace = ''
  before(async () => {
    session = await startSession({ settings: { 'rolloutLab.labeler': 'anna', 'rolloutLab.suggestions.endpoint': ENDPOINT } })
    run = (await writeTraceRun(session.runsFolder, 'traces', TRACES, STEPS)).directory
    outworn = (await writeTraceRun(session.runsFolder, 'outworn', TRACES, STEPS)).directory
    spare = (await writeTraceRun(session.runsFolder, 'spare', TRACES, STEPS)).directory
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await runRow('traces').waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  const give = (title: string): Promise<void> => workbench.command(`Rollout Lab: ${title}`)
  /** What is said again is taken back: these are never tried again where the window answers late. */
  const giveOnce = async (title: string): Promise<void> => {
    await workbench.page.keyboard.press('F1')
    await workbench.page.locator('.quick-input-widget input').fill(`>Rollout Lab: ${title}`)
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: `Rollout Lab: ${title}` }).first().click()
  }
  const runRow = (name: string) => workbench.tree().filter({ hasText: name }).first()
  const openTrace = async (other = ''): Promise<string> => {
    const tab = workbench.page.locator('.tabs-container .tab.active', { hasText: '.trace' }).filter({ hasNotText: other === '' ? /^$/ : other })
    await tab.waitFor()
    await workbench.page.locator('.codelens-decoration').first().waitFor({ state: 'attached' })
    return (await tab.getAttribute('data-resource-name'))?.replace(/\.trace$/, '') ?? ''
  }
  /** What is said of the first trace by now, as the files say it. */
  const said = (): string[] => {
    const folder = join(session.workspace, '.rollout-lab', 'labels', basename(run))
    const lines = existsSync(folder) ? readdirSync(folder).flatMap((name) => readFileSync(join(folder, name), 'utf8').trimEnd().split('\n')) : []
    return foldLabels(lines.map((line) => LabelRecord.parse(JSON.parse(line)))).filter(({ rollout }) => rollout === trace).map(({ opinion }) => JSON.stringify(opinion)).sort()
  }
  const come = async (opinions: readonly Opinion[]): Promise<void> => {
    const wanted = opinions.map((opinion) => JSON.stringify(opinion)).sort()
    await until(`${wanted.join(' ')} instead of ${said().join(' ')}`, () => JSON.stringify(said()) === JSON.stringify(wanted))
  }

  it('groups runs, or does not', async () => {
    const group = (label: string) => workbench.tree().and(workbench.page.locator('[aria-level="1"]', { hasText: label }))
    await give('Group Runs by Day')
    await group('2026-01-31').waitFor()
    await give('Do Not Group Runs')
    await runRow('traces').and(workbench.page.locator('[aria-level="1"]')).waitFor()
    await give('Group Runs by Recipe')
    await group('no recipe').waitFor()
    await give('Refresh Runs')
    await runRow('outworn').waitFor()
  })

  it('keeps tags and a pin with a run', async () => {
    await workbench.commandOn('Rollout Lab: Edit Tags…', 'traces')
    await workbench.page.locator('.quick-input-widget', { hasText: 'Separated by commas' }).locator('input').fill('kept, to read')
    await workbench.page.keyboard.press('Enter')
    await runRow('traces').filter({ hasText: '#kept #to read' }).waitFor()
    await workbench.commandOn('Rollout Lab: Pin Run', 'traces')
    await runRow('★ traces').waitFor()
  })

  it('deletes the run that is chosen, once that is confirmed, and leaves the others', async () => {
    await workbench.commandOn('Rollout Lab: Delete Run…', 'spare')
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click()
    const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'Delete spare?' })
    await dialog.filter({ hasText: 'Labels are kept.' }).waitFor()
    await workbench.picture('delete-run')
    await dialog.locator('.monaco-button', { hasText: 'Delete Permanently' }).click()
    await runRow('spare').waitFor({ state: 'detached' })
    assert.deepEqual([spare, outworn, run].map((directory) => existsSync(directory)), [false, true, true])
  })

  it('cleans up what is chosen, once that is confirmed, and leaves the rest', async () => {
    await workbench.commandOn('Rollout Lab: Clean Up Runs…', 'outworn')
    await workbench.page.locator('.quick-input-widget').getByRole('button', { name: 'OK' }).click()
    const confirm = (label: string) => workbench.page.locator('.monaco-dialog-box .monaco-button', { hasText: label }).click()
    await workbench.page.locator('.monaco-dialog-box', { hasText: 'Delete outworn?' }).waitFor()
    // A server has no trash, which is said at once.
    await confirm('Delete Permanently')
    await runRow('outworn').waitFor({ state: 'detached' })
    assert.deepEqual([existsSync(outworn), existsSync(run)], [false, true])
  })

  it('says what is offered where nothing can be cleaned up: the run that is left is pinned', async () => {
    await give('Clean Up Runs…')
    await workbench.notifications().filter({ hasText: 'There is nothing to clean up: only runs that have ended and are not pinned are offered.' }).waitFor()
    await workbench.command('Notifications: Clear All Notifications')
  })

  it('forgets the key of the endpoint in the settings', async () => {
    await give('Clear Key of the Suggestion Endpoint')
    await workbench.notifications().filter({ hasText: `No key is kept for ${new URL(ENDPOINT).origin}.` }).waitFor()
    await workbench.command('Notifications: Clear All Notifications')
  })

  it('shows the log and the folder of runs', async () => {
    await give('Show Log')
    await workbench.page.locator('.part.panel .view-line', { hasText: 'trainers' }).first().waitFor()
    await workbench.command('View: Hide Panel')
    await give('Open Runs Folder')
    await workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: basename(run) }).or(workbench.page.locator('.explorer-folders-view .monaco-list-row', { hasText: 'runs' })).first().waitFor()
  })

  it('opens the next trace to label, and says where none of its reward is of this workspace', async () => {
    await give('Next Trace to Label')
    trace = await openTrace()
    await give('Open Reward of This Rollout')
    await workbench.notifications().filter({ hasText: 'No reward part of this rollout comes from a file of this workspace.' }).waitFor()
    await workbench.command('Notifications: Clear All Notifications')
    await give('Next Step of the Trace')
  })

  for (const [at, { title, then }] of ON_TRACES.entries()) {
    it(`${at + 1}. ${title}`, async () => {
      await giveOnce(title)
      await come(then)
    })
  }

  it('decides on the drafts of a step, where none waits', async () => {
    for (const title of ['Accept Drafts of the Step', 'Reject Drafts of the Step']) {
      await give(title)
      const answer = workbench.page.locator('.statusbar-item', { hasText: 'No draft waits on this step.' })
      await answer.waitFor()
      await answer.waitFor({ state: 'detached' })
    }
  })

  it('lists the keys of traces, and does what is chosen there', async () => {
    await giveOnce('Keys of Traces')
    await workbench.pick('Flag the trace')
    await until('no flag', () => !said().some((opinion) => opinion.includes('"flag"')))
  })

  it('chooses a queue, goes on in it and back', async () => {
    await give('Complete Trace and Go On')
    await until('the completion', () => said().some((opinion) => opinion.includes('"completed"')))
    const next = await openTrace(trace)
    await give('Next Trace to Label')
    const afterNext = await openTrace(next)
    await give('Previous Trace to Label')
    assert.equal(await openTrace(afterNext), next)
    await workbench.commandOn('Rollout Lab: Choose Labelling Queue…', 'Random')
    await workbench.page.locator('.statusbar-item', { hasText: 'Random' }).waitFor()
  })

  it('shows the trace in the inspector', async () => {
    await give('Show Trace in Inspector')
    const inspector = await workbench.view('lab-inspector')
    await inspector.locator('lab-rollout-detail').waitFor()
  })
})
