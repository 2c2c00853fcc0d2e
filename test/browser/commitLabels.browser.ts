import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { textHash } from '../../trainer/labels/anchors/textHash.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import { newLabelId } from '../../trainer/labels/store/labelId.ts'
import { until } from '../extensionHost/until.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const RUN = 'grpo--arithmetic-chain--a1'

describe('committing labels and making label sets', function () {
  this.timeout(240_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession()
    git('init', '--quiet', '--initial-branch=main')
    for (const [key, value] of [['user.name', 'Fixture'], ['user.email', 'fixture@example.org'], ['commit.gpgsign', 'false']] as const) git('config', key, value)
    writeFileSync(join(session.workspace, '.gitignore'), 'dist/\n.rollout-lab/\n')
    git('add', '.gitignore')
    git('commit', '--quiet', '-m', 'first')
    makeSampleRun(session.runsFolder, RUN, 1)
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  const page = () => workbench.page
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: session.workspace, encoding: 'utf8' }).trim()
  const quickInput = (title: string) => page().locator('.quick-input-widget:visible', { hasText: title })
  const label = (labeler: string): void => {
    const writer = openLabelWriter({ folder: join(session.workspace, '.rollout-lab', 'labels', RUN), labeler })
    const anchor = { segment: 0, textHash: textHash('text'), from: 0, to: 4 }
    writer.append([{ version: 1, id: newLabelId(), labeler, at: new Date().toISOString(), run: RUN, rollout: 'r', problemId: 'p', anchor, opinion: { kind: 'verdict', right: true }, source: { kind: 'human' } }])
    writer.close()
  }
  const committed = (): string[] => git('show', '--format=', '--name-only', 'HEAD').split('\n').map((file) => file.replace(/-[0-9a-f]{12}\.jsonl$/, '-….jsonl'))

  it('says so where there is nothing to commit', async () => {
    await workbench.command('Rollout Lab: Commit Labels…')
    await page().locator('.notifications-toasts', { hasText: 'There are no new labels to commit.' }).waitFor()
    await workbench.command('Notifications: Clear All Notifications')
  })

  it('offers to change the rule that ignores labels, and commits them with it', async () => {
    label('ada')
    await workbench.command('Rollout Lab: Commit Labels…')
    const dialog = page().locator('.monaco-dialog-box', { hasText: '.gitignore, line 2: “.rollout-lab/”' })
    await dialog.waitFor()
    await workbench.picture('commit-labels-ignored')
    await dialog.getByText('Change the Rule').click()
    await quickInput('Commit Labels').locator('input').waitFor()
    await workbench.picture('commit-labels-message')
    assert.equal(await quickInput('Commit Labels').locator('input').inputValue(), `Add labels of ada on ${RUN}`)
    await page().keyboard.press('Enter')
    await until('a second commit', () => git('rev-list', '--count', 'HEAD') === '2')
    assert.deepEqual(committed(), ['.gitignore', '.rollout-lab/labels/.gitattributes', `.rollout-lab/labels/${RUN}/ada-….jsonl`])
    assert.equal(git('status', '--porcelain'), '', 'runs are ignored still')
  })

  it('commits the labels that came since, and nothing else', async () => {
    label('bob')
    writeFileSync(join(session.workspace, 'code.txt'), 'of somebody else')
    git('add', 'code.txt')
    await workbench.command('Rollout Lab: Commit Labels…')
    await quickInput('Commit Labels').locator('input').fill('Label the first run')
    await page().keyboard.press('Enter')
    await until('a third commit', () => git('rev-list', '--count', 'HEAD') === '3')
    assert.deepEqual(committed(), [`.rollout-lab/labels/${RUN}/bob-….jsonl`])
    assert.equal(git('log', '-1', '--format=%s'), 'Label the first run')
    assert.equal(git('status', '--porcelain'), 'A  code.txt')
  })

  it('writes a label set to start from and opens it', async () => {
    await workbench.command('Rollout Lab: New Label Set…')
    await quickInput('New Label Set').locator('input').fill('Clarity of proofs')
    await page().keyboard.press('Enter')
    await workbench.editorTab(/clarity-of-proofs\.json/).first().waitFor()
    const file = join(session.workspace, '.rollout-lab', 'label-sets', 'clarity-of-proofs.json')
    assert.ok(existsSync(file))
    assert.equal((JSON.parse(readFileSync(file, 'utf8')) as { title: string }).title, 'Clarity of proofs')
  })

  it('asks nothing of any other machine', () => assert.deepEqual(workbench.requestsLeaving(), []))
})
