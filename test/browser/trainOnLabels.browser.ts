import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { newLabelId } from '../../trainer/labels/store/labelId.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { ResolvedRun } from '../../trainer/protocol/runFile.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const PARENT = 'grpo--arithmetic-chain--a1'

describe('training on labels', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession({ settings: { 'rolloutLab.labeler': 'ann' } })
    await judgeRightOnes(makeSampleRun(session.runsFolder, PARENT, 2), join(session.workspace, '.rollout-lab', 'labels', PARENT))
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().filter({ hasText: 'arithmetic-chain' }).first().waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  const title = (text: string) => workbench.page.locator('.quick-input-widget .quick-input-title', { hasText: text })
  const child = (): string | undefined => readdirSync(session.runsFolder).find((name) => !name.startsWith('.') && name !== PARENT)

  it('says what the labels give, and makes rows, a run file and a run of them', async () => {
    await workbench.command('Rollout Lab: Train on Labels…')
    await title('recipe (2/3)').waitFor()
    const [first, ...others] = await workbench.page.locator('.quick-input-list .monaco-list-row').evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''))
    await workbench.picture('train-recipes')
    assert.match(first ?? '', /^sft-labels, .* · \d+ rows/)
    assert.ok(others.every((text) => text.includes('nothing to train on yet')), others.join(' | '))
    await workbench.pick('sft-labels')
    await title('model (3/3)').waitFor()
    await workbench.page.locator('.quick-input-list .monaco-list-row').first().click()
    await workbench.editorTab('Dashboard of 2 runs').waitFor()
    await workbench.page.locator('.pane-body .monaco-list-row[aria-label*="sft-labels"][aria-label*="finished"]').waitFor()
    await workbench.picture('train-compared')
  })

  it('leaves a run that names its parent, its rows and where they came from', () => {
    const run = JSON.parse(readFileSync(join(session.runsFolder, child()!, 'run.json'), 'utf8')) as { readonly run?: ResolvedRun } & ResolvedRun
    const { parent, data } = run.run ?? run
    assert.equal(parent?.run, PARENT)
    assert.ok(parent?.manifest && data?.sha256)
    assert.equal(basename(data.file), 'solutions.jsonl')
  })
})

/** The labeler agrees with the verifier on what is right. */
async function judgeRightOnes(directory: string, folder: string): Promise<void> {
  const run = await openRun(directory)
  const rollouts: Rollout[] = []
  for (const step of [1, 2]) rollouts.push(...((await run.rollouts.readStep({ kind: 'train', step })) ?? []))
  run.close()
  const right = rollouts.filter(({ correct }) => correct === true)
  assert.ok(right.length > 1)
  const writer = openLabelWriter({ folder, labeler: 'ann' })
  writer.append(right.map((rollout) => ({
    version: 1, id: newLabelId(), labeler: 'ann', at: new Date().toISOString(), run: basename(directory), rollout: rollout.id, problemId: rollout.problemId,
    anchor: traceAnchor(rollout), opinion: { kind: 'verdict', right: true }, source: { kind: 'human' }
  })))
  writer.close()
}
