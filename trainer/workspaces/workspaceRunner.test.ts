import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import type { WorkspaceTask } from '../protocol/execution.ts'
import { temporaryFolder } from '../stores/fixtures.ts'
import { plainSandbox } from './plainSandbox.fixture.ts'
import { fingerprint, git, SUM, sumProject, sumTask } from './repository.fixture.ts'
import { createWorkspaceRunner } from './workspaceRunner.ts'

describe('workspace runner', function () {
  this.timeout(60_000)
  const copiesFolder = temporaryFolder()
  const project = sumProject()
  const skipped = changed(project.repository, 'test/sum.test.js', (text) => text.replace("it('adds'", "xit('adds'"))
  const forNode = changed(project.repository, 'test/sum.test.js', (text) => `import { describe, it } from 'node:test'\n${text}`)
  const before = fingerprint(project.repository)
  const runner = createWorkspaceRunner({ pythons: [], trusts: () => true, copiesFolder })
  const attempt = async (text: string, more: Partial<WorkspaceTask> = {}) => {
    const { tests, signals, limitsHit } = await runner.test(sumTask(project, text, more), plainSandbox())
    return { verdicts: tests.map(({ verdict }) => verdict), why: tests.map(({ why }) => why), signals: signals.map(({ kind }) => kind), limitsHit }
  }
  after(async () => {
    await runner.close()
    assert.deepEqual(fs.readdirSync(copiesFolder), [])
    assert.equal(fingerprint(project.repository), before)
  })

  it('passes what is right', async () => {
    assert.deepEqual(await attempt(SUM), { verdicts: ['pass', 'pass'], why: ['The test passes.', 'The test passes.'], signals: [], limitsHit: [] })
  })

  it('tells a wrong value, with what was expected and what came', async () => {
    const { tests } = await runner.test(sumTask(project, SUM.replace(', 0)', ', 1)')), plainSandbox())
    assert.deepEqual(tests.map(({ verdict }) => verdict), ['wrongValue', 'pass'])
    assert.deepEqual([tests[0]!.expected, tests[0]!.got], ['6', '7'])
  })

  it('pays no early exit, not even to a test that waits for an exception', async () => {
    for (const code of ['process.exit(0)', 'process.kill(process.pid, "SIGKILL")']) {
      const { verdicts } = await attempt(`export function sum(numbers) { ${code} }\n`)
      assert.deepEqual(verdicts, ['noResult', 'noResult'], code)
    }
    assert.deepEqual((await attempt('process.exit(0)\nexport const sum = 1\n')).signals, ['earlyExit'])
  })

  it('pays no object that claims to equal everything', async () => {
    for (const value of ['{ valueOf: () => 6, [Symbol.toPrimitive]: () => 6 }', 'new (class extends Number {})(6)']) {
      const { verdicts } = await attempt(`export const sum = (numbers) => { if (!Array.isArray(numbers)) throw new Error('no'); return ${value} }\n`)
      assert.notEqual(verdicts[0], 'pass', value)
    }
  })

  it('lets nothing that is patched in the candidate’s process reach the tests', async () => {
    const patches = `import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
assert.equal = assert.throws = () => undefined
globalThis.it = () => undefined
globalThis.describe = () => undefined
Array.prototype.reduce = () => 6
Object.is = () => true
process.stdout.write(JSON.stringify({ status: 'passed', name: 'sum adds', seconds: 0 }) + '\\n')
try { createRequire(import.meta.url)('mocha').Runner.prototype.run = (done) => done(0) } catch {}
export const sum = () => 5
`
    assert.deepEqual((await attempt(patches)).verdicts, ['wrongValue', 'wrongValue'])
  })

  it('shows the candidate neither tests nor history nor the runner’s configuration', async () => {
    const reader = `import fs from 'node:fs'
const there = (place) => fs.existsSync(new URL(place, import.meta.url))
export function sum() {
  throw new Error(['../test/sum.test.js', '../.git', '../package.json'].map(there).join(' '))
}
`
    assert.equal((await attempt(reader)).why[0], 'false false true')
  })

  it('calls a loop without end a timeout and what came after it not reached', async () => {
    const { verdicts, limitsHit } = await attempt('export function sum() { for (;;); }\n', { limits: { ...sumTask(project, '').limits, wallSeconds: 2 } })
    assert.deepEqual([verdicts, limitsHit], [['timeout', 'noResult'], ['wallSeconds']])
  })

  it('counts a module that does not load, or lacks an export, as wrong and never as a failure of the machine', async () => {
    const broken = await attempt('this is no program')
    assert.deepEqual(broken.verdicts, ['exception', 'exception'])
    assert.match(broken.why[0]!, /could not be loaded/)
    assert.equal((await attempt('export const other = 1\n')).verdicts[0], 'exception')
    assert.deepEqual((await attempt(SUM, { files: [] })).verdicts, ['exception', 'exception'])
  })

  it('refuses a change of files that were not given, without running anything', async () => {
    for (const foreign of ['test/sum.test.js', '.mocharc.json', '../outside.js', 'src/../package.json', '/etc/passwd', 'src/sum.js ']) {
      const { verdicts, signals } = await attempt(SUM, { files: [{ path: 'src/sum.js', text: SUM }, { path: foreign, text: '' }] })
      assert.deepEqual([verdicts, signals], [['forbidden', 'forbidden'], ['protectedFile']], foreign)
    }
  })

  it('tells required tests that were skipped and does not count them', async () => {
    const { verdicts, signals } = await attempt(SUM, { commit: skipped })
    assert.deepEqual([verdicts, signals], [['noResult', 'pass'], ['testsSkipped']])
  })

  it('names what is missing where the runner is not installed, and what the runner said where it breaks down', async () => {
    const bare = { ...project, repository: temporaryFolder() }
    fs.cpSync(path.join(project.repository, '.git'), path.join(bare.repository, '.git'), { recursive: true })
    await assert.rejects(runner.test(sumTask(bare, SUM), plainSandbox()), (error) => LabError.is(error, 'sandbox/unsupported') && /mocha is not installed/.test(error.message))
    await assert.rejects(runner.test(sumTask(project, SUM, { testFiles: ['test/missing.test.js'] }), plainSandbox()), (error) => LabError.is(error, 'sandbox/infrastructure') && /told of no test/.test(error.message))
  })

  it('refuses tasks whose paths lead out of a copy, over links or into options', async () => {
    const tasks: Partial<WorkspaceTask>[] = [
      { folder: '../..' }, { folder: '.git' }, { testFiles: ['--require=/tmp/evil.cjs'] }, { testFiles: ['../outside.test.js'] },
      { editable: ['../outside.js'], files: [] }, { editable: ['node_modules/mocha/index.js'], files: [{ path: 'node_modules/mocha/index.js', text: '' }] }
    ]
    for (const more of tasks) await assert.rejects(attempt(SUM, more), (error) => LabError.is(error, 'workspace/bad-path'), JSON.stringify(more))
  })

  it('runs other test programs by a command that writes a JUnit file', async () => {
    const report = 'report.xml'
    const more: Partial<WorkspaceTask> = { runner: { name: 'junit', command: ['node', '--test', '--test-reporter=junit', `--test-reporter-destination=${report}`], report }, failToPass: ['test adds'], passToPass: ['test refuses text'] }
    const verdictsOf = async (text: string): Promise<unknown> => (await attempt(text, { ...more, commit: forNode })).verdicts
    assert.deepEqual(await verdictsOf(SUM), ['pass', 'pass'])
    assert.deepEqual(await verdictsOf(SUM.replace(', 0)', ', 1)')), ['wrongValue', 'pass'])
    assert.deepEqual(await verdictsOf('process.exit(0)\nexport const sum = 1\n'), ['noResult', 'noResult'])
  })

  it('asks git about trusted repositories only', async () => {
    const wary = createWorkspaceRunner({ pythons: [], trusts: () => false, copiesFolder })
    await assert.rejects(wary.test(sumTask(project, SUM), plainSandbox()), (error) => LabError.is(error, 'trust/git'))
  })

  it('rejects as cancelled when it is cancelled', async () => {
    const stop = new AbortController()
    const running = runner.test(sumTask(project, 'export function sum() { for (;;); }\n'), plainSandbox(), stop.signal)
    setTimeout(() => stop.abort(), 300)
    await assert.rejects(running, (error) => LabError.is(error, 'sandbox/cancelled'))
  })
})

/** A commit of the same project with a file changed, on no branch, so that the work tree stays as it is. */
function changed(repository: string, place: string, change: (text: string) => string): string {
  const clone = temporaryFolder()
  git(clone, 'clone', '--quiet', repository, '.')
  const file = path.join(clone, place)
  fs.writeFileSync(file, change(fs.readFileSync(file, 'utf8')))
  git(clone, 'commit', '--quiet', '--all', '-m', 'Change a file')
  git(repository, 'fetch', '--quiet', clone, 'HEAD')
  return git(clone, 'rev-parse', 'HEAD')
}
