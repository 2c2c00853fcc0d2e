import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, cpSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'jsonc-parser'
import { WorkspaceProblem } from '../../trainer/environments/workspaceProblem.ts'
import { makeWorkspace } from '../../samples/workspace-history.mjs'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FAILING = "\ndescribe('shouting', () => {\n  it('makes capitals of all', () => {\n    assert.equal(titleCase('out of it', { shout: true }), 'OUT OF IT')\n  })\n})\n"

describe('problems of a workspace of one’s own', function () {
  this.timeout(180_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession()
    const { workspace } = session
    makeWorkspace('workspace-mocha', workspace, { nodeModules: join(ROOT, 'node_modules') })
    appendFileSync(join(workspace, 'test/words.test.js'), FAILING)
    execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.org', 'commit', '--quiet', '--all', '-m', 'Shout'], { cwd: workspace })
    cpSync(join(ROOT, 'samples/models/code'), join(workspace, 'models/small'), { recursive: true })
    workbench = await session.open()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  const lens = (title: string) => workbench.page.locator('.codelens-decoration a', { hasText: title })
  const problems = () => readFileSync(join(session.workspace, 'workspace.problems.jsonl'), 'utf8').trim().split('\n').map((line) => WorkspaceProblem.parse(JSON.parse(line)))
  const openFile = async (name: string): Promise<void> => {
    await workbench.command('Go to File...')
    await workbench.page.locator('.quick-input-widget input').fill(name)
    await workbench.pick(name)
    await workbench.editorTab(name).waitFor()
  }

  it('are made of a function that tests cover, with a run file whose dry run says that this model cannot read them', async () => {
    await openFile('words.js')
    await lens('Make Problem from Function').first().waitFor()
    await workbench.picture('problem-lenses')
    await lens('Make Problem from Function').first().click()
    await workbench.pick('small')
    await workbench.editorTab('workspace.run.json').waitFor()
    await workbench.notifications().filter({ hasText: 'countWords (src/words.js): 1 test decides' }).waitFor()
    await lens('Start').first().waitFor()
    await workbench.picture('problem-run-file')
    const [made, ...more] = problems()
    assert.deepEqual([made?.hole?.name, made?.failToPass, made?.split, made?.editable, more.length], ['countWords', ['words counts words'], 'train', ['src/words.js'], 0])
    const run = parse(readFileSync(join(session.workspace, 'workspace.run.json'), 'utf8')) as Record<string, unknown>
    assert.deepEqual([run['recipe'], run['model'], run['environment']], ['execution-grpo', 'models/small', { name: 'workspace', options: { path: 'workspace.problems.jsonl' } }])
    await lens('Dry Run').first().click()
    await workbench.editorTab('Dry run of workspace.run.json').waitFor()
    await workbench.page.locator('.monaco-editor .view-line', { hasText: 'cannot read the prompts of workspace' }).first().waitFor()
    await workbench.picture('problem-dry-run')
  })

  it('are made of a test that fails, and join those that are there', async () => {
    await openFile('words.test.js')
    await workbench.command('Rollout Lab: Make Problem from Failing Test')
    await workbench.pick('makes capitals of all')
    await workbench.notifications().filter({ hasText: 'shouting makes capitals of all: 1 test decides' }).waitFor()
    await workbench.editorTab(/^workspace\.run\.json/).waitFor()
    assert.deepEqual(workbench.errors, [])
    assert.deepEqual(problems().map(({ made, failToPass }) => [made, failToPass]), [['function', ['words counts words']], ['failingTest', ['shouting makes capitals of all']]])
  })

  it('say why nothing can be made of a test that passes', async () => {
    await openFile('queue.test.js')
    await lens('Make Problem from Failing Test').first().click()
    await workbench.notifications().filter({ hasText: 'fails at the current commit' }).waitFor()
    assert.equal(problems().length, 2)
    assert.equal(execFileSync('git', ['status', '--porcelain', '--', 'src', 'test', '.mocharc.json', 'package.json'], { cwd: session.workspace, encoding: 'utf8' }), '')
  })
})

describe('problems of a workspace whose tests are pytest’s', function () {
  this.timeout(180_000)
  let session: Session
  let workbench: Workbench
  before(async () => {
    session = await startSession()
    makeWorkspace('workspace-pytest', session.workspace)
    symlinkSync(join(ROOT, '.venv'), join(session.workspace, '.venv'))
    cpSync(join(ROOT, 'samples/models/code'), join(session.workspace, 'models/small'), { recursive: true })
    workbench = await session.open()
  })
  after(() => session.close())
  pictureFailures(() => workbench)

  it('are made of a function that tests cover', async () => {
    await workbench.command('Go to File...')
    await workbench.page.locator('.quick-input-widget input').fill('money.py')
    await workbench.pick('money.py')
    await workbench.page.locator('.codelens-decoration a', { hasText: 'Make Problem from Function' }).first().click()
    await workbench.pick('small')
    await workbench.notifications().filter({ hasText: /\(ledger\/money\.py\): \d+ tests? decides?/ }).waitFor()
    await workbench.picture('problem-pytest')
    const [made] = readFileSync(join(session.workspace, 'workspace.problems.jsonl'), 'utf8').trim().split('\n').map((line) => WorkspaceProblem.parse(JSON.parse(line)))
    assert.deepEqual([made?.made, made?.runner.name, made?.editable], ['function', 'pytest', ['ledger/money.py']])
    assert.ok(made!.failToPass.every((test) => test.startsWith('tests/test_money.py::')))
    assert.deepEqual(workbench.errors, [])
  })
})
