import assert from 'node:assert/strict'
import fs from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { LabError } from '../../errors.ts'
import { temporaryFolder } from '../../stores/fixtures.ts'
import { plainSandbox } from '../plainSandbox.fixture.ts'
import { commitAll, SUM, sumTask } from '../repository.fixture.ts'
import { createWorkspaceRunner } from '../workspaceRunner.ts'
import { problemFromFunction } from './fromFunction.ts'
import type { MadeProblem } from './fromFunction.ts'
import type { Project } from './project.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const CHECKS = `import assert from 'node:assert/strict'
import { sum } from '../src/sum.js'
describe('sum', () => it('adds', () => assert.equal(sum([1, 2, 3]), 6)))
`
const NODE_CHECKS = `import { describe, it } from 'node:test'\n${CHECKS}`

describe('a problem made of a function', function () {
  this.timeout(60_000)
  const runner = createWorkspaceRunner({ pythons: [], trusts: () => true, copiesFolder: temporaryFolder() })
  after(() => runner.close())

  /** Tests in a file that no name tells as one of tests. */
  const make = async (text: string, how: Project['runner']): Promise<MadeProblem> => {
    const repository = fs.realpathSync(temporaryFolder())
    fs.symlinkSync(path.join(root, 'node_modules'), path.join(repository, 'node_modules'), 'junction')
    commitAll(repository, { 'package.json': '{ "type": "module" }', '.gitignore': 'node_modules\n', '.mocharc.json': '{ "spec": "checks/*.js" }', 'src/sum.js': SUM, 'checks/numbers.js': text }, 'Add numbers')
    return problemFromFunction({ repository, folder: '', runner: how }, path.join(repository, 'src/sum.js'), { name: 'sum' }, { attempt: runner.attempt, sandbox: plainSandbox(), wallSeconds: 20 })
  }

  it('keeps its tests from who solves it, whatever their file is called', async () => {
    const made = await make(CHECKS, { name: 'mocha' })
    const { runner: how, boundary, testFiles, failToPass, passToPass } = made
    assert.deepEqual([testFiles, failToPass], [['checks/numbers.js'], ['sum adds']])
    const text = `import fs from 'node:fs'\nexport function sum() {\n  throw new Error(fs.existsSync(new URL('../checks/numbers.js', import.meta.url)))\n}\n`
    const task = sumTask(made, text, { runner: how, boundary, testFiles, failToPass, passToPass })
    assert.equal((await runner.test(task, plainSandbox())).tests[0]!.why, 'false')
  })

  it('is refused where nothing tells which files its tests lie in', async () => {
    const report = 'report.xml'
    const command = ['node', '--test', '--test-reporter=junit', `--test-reporter-destination=${report}`, 'checks/numbers.js']
    await assert.rejects(make(NODE_CHECKS, { name: 'junit', command, report }), (error) => LabError.is(error, 'workspace/unknown-tests') && /adds/.test(error.message) && /junit does not tell/.test(error.message))
  })
})
