import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { stepAnchor, traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { newLabelId } from '../../trainer/labels/store/labelId.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import { LabelManifest } from '../../trainer/protocol/labelRows.ts'
import type { LabelRecordInput, LabelSource, Opinion } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { writeTraceRun } from '../vscode/traceRun.ts'
import type { Workbench } from '../vscode/workbench.ts'

const MODEL: LabelSource = { kind: 'model', provider: 'vscode.lm', model: 'a-model' }

describe('exporting labels', function () {
  this.timeout(240_000)
  let session: Session
  let workbench: Workbench
  let datasets: string

  before(async () => {
    session = await startSession({ settings: { 'rolloutLab.labeler': 'ann' } })
    datasets = join(session.workspace, '.rollout-lab', 'datasets')
    const { directory, rollouts } = await writeTraceRun(session.runsFolder, 'counting', 8, 3)
    writeLabels(join(session.workspace, '.rollout-lab', 'labels', basename(directory)), basename(directory), rollouts)
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  /** A verdict of a person on the first four traces, a critique of the second, and a model's rating of the third's first step. */
  function writeLabels(folder: string, run: string, rollouts: readonly Rollout[]): void {
    const label = (rollout: Rollout, anchor: LabelRecordInput['anchor'], opinion: Opinion, source: LabelSource = { kind: 'human' }): LabelRecordInput =>
      ({ version: 1, id: newLabelId(), labeler: 'ann', at: new Date().toISOString(), run, rollout: rollout.id, problemId: rollout.problemId, anchor, opinion, source })
    const writer = openLabelWriter({ folder, labeler: 'ann' })
    writer.append([
      ...rollouts.slice(0, 4).map((rollout) => label(rollout, traceAnchor(rollout), { kind: 'verdict', right: rollout.correct === true })),
      label(rollouts[1]!, traceAnchor(rollouts[1]!), { kind: 'critique', text: 'The first step <b>is wrong</b>.' }),
      label(rollouts[2]!, stepAnchor(rollouts[2]!, 0), { kind: 'stepRating', rating: 1 }, MODEL)
    ])
    writer.close()
  }

  const title = (text: string) => workbench.page.locator('.quick-input-widget .quick-input-title', { hasText: text })
  const rows = () => workbench.page.locator('.quick-input-list .monaco-list-row')
  const row = (label: string) => workbench.page.locator(`.quick-input-list .monaco-list-row[aria-label^="${label},"]`)
  const exported = (): string[] => (existsSync(datasets) ? readdirSync(datasets).sort().map((name) => join(datasets, name)) : [])

  async function manifestOf(count: number): Promise<{ readonly folder: string; readonly manifest: LabelManifest }> {
    await workbench.notifications().filter({ hasText: 'Exported' }).first().waitFor()
    const folder = exported()[count - 1]!
    return { folder, manifest: LabelManifest.parse(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))) }
  }

  it('says how many rows each kind gives and writes them, without what models said', async () => {
    await workbench.command('Rollout Lab: Export Labels…')
    await title('Export Labels').waitFor()
    await workbench.picture('export-models')
    await workbench.pick('Without what models suggested')
    await row('Critiques').waitFor()
    const offered = await rows().evaluateAll((all) => all.map((one) => one.getAttribute('aria-label') ?? ''))
    assert.deepEqual(offered.map((text) => text.split(', ').slice(0, 2)), [['Critiques', '1 row'], ['Solutions', '2 rows']])
    await workbench.picture('export-kinds')
    await workbench.page.keyboard.press('Enter')
    await workbench.pick('JSON Lines')
    const { folder, manifest } = await manifestOf(1)
    await workbench.picture('export-done')
    assert.deepEqual(manifest.files.map(({ file, rows: count }) => [file, count]), [['critiques.jsonl', 1], ['solutions.jsonl', 2], ['lineage.jsonl', 3]])
    assert.equal((JSON.parse(readFileSync(join(folder, 'critiques.jsonl'), 'utf8')) as { critique: string }).critique, 'The first step <b>is wrong</b>.')
    assert.deepEqual(manifest.sources, { human: 3 })
    await workbench.page.locator('.notification-list-item').getByText('Open Manifest').click()
    await workbench.editorTab('manifest.json').waitFor()
    await workbench.command('Notifications: Clear All Notifications')
  })

  it('takes them in where people ask for them, and names them', async () => {
    await workbench.command('Rollout Lab: Export Labels…')
    await workbench.pick('With what models suggested')
    await row('Steps').waitFor()
    await workbench.page.keyboard.press('Enter')
    await workbench.pick('Parquet')
    const { folder, manifest } = await manifestOf(2)
    assert.deepEqual(manifest.sources, { human: 3, 'model:vscode.lm/a-model': 1 })
    assert.deepEqual(readdirSync(folder).sort(), ['README.md', 'critiques.parquet', 'lineage.jsonl', 'manifest.json', 'solutions.parquet', 'steps.parquet'])
  })
})
