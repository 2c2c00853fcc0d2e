import assert from 'node:assert/strict'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import * as vscode from 'vscode'
import { workspaceFolder } from './extensionUnderTest.ts'
import { until } from './until.ts'

const give = (name: string, ...given: unknown[]): Thenable<unknown> => vscode.commands.executeCommand(`rolloutLab.${name}`, ...given)
const stateOf = (directory: string): { status: string; step: number } => {
  const place = join(directory, 'state.json')
  return existsSync(place) ? JSON.parse(readFileSync(place, 'utf8')) as { status: string; step: number } : { status: 'not begun', step: 0 }
}
const untilStatus = (directory: string, status: string): Promise<unknown> => until(`the run is ${status}`, () => stateOf(directory).status === status)
const untilSteps = (directory: string, step: number): Promise<unknown> => until(`step ${step}`, () => stateOf(directory).step >= step)
const tabs = (): string[] => vscode.window.tabGroups.all.flatMap((group) => group.tabs.map(({ label }) => label))
/** Says what a report says. */
const report = (title: string): Promise<string> => until(title, () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'rollout-report' && uri.path.includes(title))?.getText())

/** Short steps, more of them than any test waits for. */
function writeRunFile(): vscode.Uri {
  const file = join(workspaceFolder(), 'short.run.json')
  writeFileSync(file, JSON.stringify({
    name: 'short', recipe: 'grpo', model: 'models/arithmetic-chain', environment: { name: 'arithmetic-chain' }, threads: 1, steps: 100_000,
    problemsPerStep: 2, groupSize: 4, sampling: { maxTokens: 56 }, evaluation: { problems: 4, samples: 1, every: 100_000 }, checkpoint: { every: 1 }
  }))
  return vscode.Uri.file(file)
}

/** Commands on one run, in the order in which a person would give them. */
export function runSuite(): void {
  describe('a run, by commands', () => {
    let directory = ''
    after(() => vscode.commands.executeCommand('workbench.action.closeAllEditors'))

    it('Start Run from This File says what to do where there is none', async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors')
      void give('startThisFile')
      await give('refreshRuns')
      assert.equal(existsSync(join(workspaceFolder(), '.rollout-lab', 'runs')), false)
    })

    it('Dry Run tells what a run file would do', async () => {
      await give('dryRun', writeRunFile())
      assert.match(await report('Dry run of short.run.json'), /arithmetic-chain/)
    })

    it('Start Run from This File starts it, with its dashboard and inspector under its short name', async () => {
      [directory = ''] = (await give('startThisFile', writeRunFile())) as string[]
      assert.match(basename(directory), /^short--/)
      await untilSteps(directory, 1)
      await until('both panels are titled', () => ['Dashboard: short', 'Rollouts: short'].every((title) => tabs().includes(title)))
      assert.equal(readFileSync(join(workspaceFolder(), '.rollout-lab', 'runs', '.gitignore'), 'utf8'), '*\n')
    })

    it('Pause and Continue', async () => {
      await give('pause', directory)
      await untilStatus(directory, 'paused')
      await until('it goes on', async () => (await give('continue', directory), stateOf(directory).status === 'running'))
    })

    it('Stop at the end of a step, and Resume', async () => {
      await give('stop', directory)
      await untilStatus(directory, 'stopped')
      const { step } = stateOf(directory)
      await until('it is resumed', async () => (await give('resume', directory), stateOf(directory).status === 'running'))
      await untilSteps(directory, step + 1)
    })

    it('Stop Now', async () => {
      await until('it has been stopped', async () => (await give('stopNow', directory), stateOf(directory).status === 'stopped'))
    })

    it('Open Dashboard, Open Trace Inspector', async () => {
      await vscode.commands.executeCommand('workbench.action.closeAllEditors')
      await give('openDashboard', directory)
      await give('openInspector', directory)
      await until('both are open', () => ['Dashboard: short', 'Rollouts: short'].every((title) => tabs().includes(title)))
    })

    it('Open Run File of a Run', async () => {
      await give('openRunSource', directory)
      assert.match(await report('Run file of short'), /"problemsPerStep":2/)
    })

    it('Edit Notes opens them as a document that saves', async () => {
      await give('editNotes', directory)
      const document = await until('the notes', () => vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'rollout-notes'))
      const edit = new vscode.WorkspaceEdit()
      edit.insert(document.uri, new vscode.Position(0, 0), 'Watch the length.')
      await vscode.workspace.applyEdit(edit)
      assert.equal(await document.save(), true)
      const kept = await vscode.workspace.fs.readFile(document.uri)
      assert.equal(new TextDecoder().decode(kept), 'Watch the length.')
    })

    it('Pin Run and Unpin Run', async () => {
      await give('pinRun', directory)
      await give('unpinRun', directory)
    })

    it('groups, filters and refreshes', async () => {
      for (const name of ['groupByDay', 'groupNone', 'groupByRecipe', 'clearFilter', 'refreshRuns']) await give(name)
    })

    it('Open Run Folder and Open Runs Folder', async () => {
      await give('openRunFolder', directory)
      await give('openRunsFolder')
    })

    it('Check Setup', async () => {
      await give('checkSetup')
      assert.match(await report('Set-up of Rollout Lab'), /Ready to train\./)
    })

    it('Show Log, Open Settings, Get Started', async () => {
      for (const name of ['showLog', 'openSettings', 'openWalkthrough']) await give(name)
    })

    it('says what to do, and does nothing, where a command cannot be carried out', async () => {
      for (const name of ['pause', 'continue', 'stop', 'stopNow', 'takeSteering', 'endHung', 'moveUpInQueue', 'moveDownInQueue', 'removeFromQueue']) void give(name)
      await give('refreshRuns')
      assert.equal(stateOf(directory).status, 'stopped')
    })
  })
}
