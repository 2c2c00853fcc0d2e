import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Frame } from 'playwright-core'
import { HOSTILE_TEXTS } from '../hostile/texts.ts'
import { seriousFaults } from '../vscode/accessibility.ts'
import { writeCodeRun } from '../vscode/codeRun.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** Those that try to be more than text, as outputs, names and files of programs. */
const HOSTILE = ['html', 'markdown', 'terminal', 'unicode'].flatMap((kind) => HOSTILE_TEXTS.find(({ text, name }) => text.length < 5000 && name.startsWith(kind))?.text ?? [])

describe('executions of programs in the inspector', function () {
  this.timeout(180_000)
  let session: Session
  let workbench: Workbench
  let frame: Frame
  before(async () => {
    session = await startSession()
    await writeCodeRun(session.runsFolder, 'median', HOSTILE)
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().filter({ hasText: 'median' }).first().waitFor()
    await workbench.command('Rollout Lab: Open Trace Inspector')
    frame = await workbench.view('lab-inspector')
    await frame.locator('lab-rollout-list [role=row]').nth(1).waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  /** Newest first: the hostile ones stand before the four others. */
  const openRow = async (fromLast: number): Promise<void> => {
    const list = frame.locator('lab-rollout-list [role=grid]')
    await list.press('End')
    for (let i = 0; i < fromLast; i += 1) await list.press('ArrowUp')
    await list.press('Enter')
    await frame.locator('lab-rollout-detail h2', { hasText: new RegExp(`#${fromLast}\\s*$`) }).waitFor()
  }
  const tests = () => frame.locator('lab-executions .row.test')
  const tool = (name: string | RegExp) => frame.locator('lab-executions .tools button', { hasText: name })

  it('show verdict, expected and got of each test, limits and marks of cheating', async () => {
    await openRow(0)
    await tests().nth(8).waitFor()
    for (const words of ['1 of 9 tests pass', 'limits hit: wall time, memory', 'ended early', 'special-cased answers', 'forbidden call', 'out of memory', 'got 10, expected 9']) {
      await frame.locator('lab-executions').getByText(words).first().waitFor()
    }
    await tests().nth(2).locator('button').click()
    await frame.locator('lab-executions .texts pre', { hasText: 'sorting 4,2' }).waitFor()
    for (const theme of ['light', 'highContrast', 'dark'] as const) {
      await workbench.theme(theme)
      assert.deepEqual((await seriousFaults(frame)).filter((fault) => fault.includes('lab-executions')), [], theme)
      await workbench.picture(`execution-${theme}`)
    }
  })

  it('show only failing tests where asked', async () => {
    await frame.locator('lab-executions .tools input').click()
    await tests().nth(8).waitFor({ state: 'detached' })
    assert.equal(await tests().count(), 8)
    await frame.locator('lab-executions .tools input').click()
    await tests().nth(8).waitFor()
  })

  it('open files, a test and the difference to the gold solution in the editor', async () => {
    await frame.locator('lab-executions .texts button', { hasText: 'Open in the editor' }).click()
    await workbench.editorTab('test-3.txt').waitFor()
    await workbench.page.locator('.monaco-editor .view-line', { hasText: 'sorting 4,2' }).first().waitFor()
    await backToInspector()
    await tool('Diff against gold').click()
    await workbench.editorTab('gold').waitFor()
    await workbench.page.locator('.monaco-diff-editor .modified .view-line', { hasText: 'function median' }).first().waitFor()
    await workbench.picture('execution-diff')
    await backToInspector()
    await tool('Open 2 files').click()
    await workbench.editorTab('median.js').first().waitFor()
    await workbench.editorTab('sort.js').waitFor()
    await backToInspector()
  })

  it('are worked by keys, and say why an attempt cannot be run again', async () => {
    const list = frame.locator('lab-rollout-list [role=grid]')
    await list.press('t')
    await frame.locator('lab-executions [role=alert]').waitFor()
    await workbench.picture('execution-again')
    await list.press('x')
    await workbench.page.locator('.tab.active', { hasText: 'gold' }).waitFor()
    await backToInspector()
    await tests().nth(1).locator('button').press('Enter')
    await frame.locator('lab-executions .texts pre', { hasText: '[10, 9, 1]' }).first().waitFor()
  })

  it('show the turns of a rollout, and where each stands in its trace', async () => {
    await openRow(2)
    await frame.locator('lab-executions .turns button').nth(1).waitFor()
    assert.match(await frame.locator('lab-executions .head').innerText(), /3 of 3 tests pass/)
    await frame.locator('lab-executions .turns button').first().click()
    await frame.locator('lab-executions .head', { hasText: '1 of 3 tests pass' }).waitFor()
    assert.deepEqual(await frame.locator('lab-trace .turn').allInnerTexts(), ['Turn 1', 'Turn 2'])
    assert.ok((await frame.locator('lab-trace .span.tool').innerText()).includes('Tool output'))
    await tool('Show in trace').click()
    await workbench.picture('execution-turns')
  })

  it('say what the machine could not do, and read long lists by range', async () => {
    await openRow(3)
    await frame.locator('lab-executions .notice', { hasText: 'The worker was lost three times' }).waitFor()
    await openRow(1)
    await tests().nth(99).waitFor()
    assert.equal(await tests().count(), 100)
    await frame.locator('lab-executions button', { hasText: 'Show 30 more' }).click()
    await tests().nth(129).waitFor()
  })

  it('stay text, whatever programs print', async () => {
    for (let row = 0; row < HOSTILE.length; row += 1) {
      await openRow(4 + row)
      await tests().nth(1).waitFor()
      await tests().first().locator('button').click()
      await frame.locator('lab-executions .texts').waitFor()
    }
    await workbench.picture('execution-hostile')
    assert.equal(await frame.locator('lab-executions :is(script, iframe, img, form, a)').count(), 0)
    await tool('Open 2 files').click()
    await workbench.editorTab('outside.js').waitFor()
    assert.deepEqual(workbench.requestsLeaving(), [])
    assert.deepEqual(workbench.errors, [])
  })

  it('are run again in the sandbox, each verdict beside the recorded one', async () => {
    await train('trained')
    await workbench.command('Rollout Lab: Open Trace Inspector')
    await workbench.pick('trained')
    await workbench.editorTab('Rollouts: trained').waitFor()
    frame = await workbench.view('lab-inspector')
    const list = frame.locator('lab-rollout-list [role=grid]')
    await list.locator('[role=row]').nth(1).waitFor()
    for (const key of ['End', 'Enter']) await list.press(key)
    await tool('Run again').waitFor()
    await list.press('t')
    await frame.locator('lab-executions', { hasText: /Run again: \d+ of \d+ tests pass, every verdict as recorded/ }).waitFor()
    await workbench.picture('execution-run-again')
  })

  /** A short run whose completions are programs. */
  async function train(name: string): Promise<void> {
    const file = join(session.workspace, `${name}.run.json`)
    writeFileSync(file, JSON.stringify({
      name, recipe: 'execution-grpo', model: join(ROOT, 'samples/models/code'), environment: { name: 'function-synthesis' }, steps: 1, problemsPerStep: 1, groupSize: 2,
      sampling: { maxTokens: 160 }, evaluation: { problems: 1, samples: 1 }
    }))
    await promisify(execFile)(process.execPath, [join(ROOT, 'dist/lab.mjs'), 'run', file, '--out', join(session.runsFolder, name)], { cwd: session.workspace })
    await workbench.tree().filter({ hasText: name }).first().waitFor()
  }

  async function backToInspector(): Promise<void> {
    await workbench.editorTab('Rollouts: median').first().click()
    frame = await workbench.view('lab-inspector')
    await tests().first().waitFor()
  }
})
