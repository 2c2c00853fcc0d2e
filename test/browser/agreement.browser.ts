import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { newLabelId } from '../../trainer/labels/store/labelId.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import { LabelRecord } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { until } from '../extensionHost/until.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { writeTraceRun } from '../vscode/traceRun.ts'
import type { Workbench } from '../vscode/workbench.ts'

describe('agreement of labelers', function () {
  this.timeout(240_000)
  let session: Session
  let workbench: Workbench
  let labels: string
  let disputed: Rollout

  before(async () => {
    session = await startSession({ settings: { 'rolloutLab.labeler': 'cyd' } })
    const { directory, rollouts } = await writeTraceRun(session.runsFolder, 'counting', 8, 3)
    labels = join(session.workspace, '.rollout-lab', 'labels', basename(directory))
    disputed = rollouts[2]!
    for (const by of ['ann', 'bob']) writeVerdicts(basename(directory), by, rollouts)
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  /** Ann calls every second trace right; bob says the same but of the third. */
  function writeVerdicts(run: string, by: string, rollouts: readonly Rollout[]): void {
    const writer = openLabelWriter({ folder: labels, labeler: by })
    writer.append(rollouts.map((rollout, i) => ({
      version: 1, id: newLabelId(), labeler: by, at: new Date().toISOString(), run, rollout: rollout.id, problemId: rollout.problemId, anchor: traceAnchor(rollout),
      opinion: { kind: 'verdict', right: i % 2 === 0 && !(by === 'bob' && rollout === disputed) }, source: { kind: 'human' }
    })))
    writer.close()
  }

  const written = (): LabelRecord[] => readdirSync(labels).filter((name) => name.endsWith('.jsonl')).flatMap((name) => readFileSync(join(labels, name), 'utf8').trimEnd().split('\n')).map((line) => LabelRecord.parse(JSON.parse(line)))
  /** Lines of the editor in front as they are drawn. */
  const lines = () => workbench.page.locator('.editor-instance .view-line')

  it('is told with intervals and definitions, and what they differ on', async () => {
    await workbench.command('Rollout Lab: Show Agreement of Labels')
    await workbench.editorTab('Agreement of labels').waitFor()
    await lines().filter({ hasText: /Verdict:\sCohen’s\sκ.*ann\sand\sbob.*0\.750\s\[/ }).waitFor()
    await lines().filter({ hasText: 'They differ on 1 item' }).waitFor()
    await workbench.picture('agreement')
  })

  it('is reached by deciding: the opinion that lost is resolved on the disk', async () => {
    await workbench.command('Rollout Lab: Adjudicate Disagreements…')
    await workbench.page.locator('.quick-input-title', { hasText: 'Adjudicate Disagreements: 1 left' }).waitFor()
    await workbench.picture('adjudicate-list')
    await workbench.pick('ann: right; bob: wrong')
    await workbench.page.locator('.quick-input-list .monaco-list-row[aria-label^="right, ann"]').waitFor()
    await workbench.editorTab(disputed.id).waitFor()
    await workbench.picture('adjudicate-trace')
    await workbench.pick(/^right/)
    await workbench.notifications().filter({ hasText: 'differ on nothing' }).waitFor()
    const settled = written().filter(({ opinion }) => opinion.kind === 'resolved')
    const lost = written().find(({ labeler, rollout, opinion }) => labeler === 'bob' && rollout === disputed.id && opinion.kind === 'verdict')
    assert.deepEqual(settled.map(({ labeler, opinion }) => [labeler, opinion]), [['cyd', { kind: 'resolved', of: lost!.id, resolved: true }]])
    await until('the record is on the disk once', () => written().length === 17)
  })
})
