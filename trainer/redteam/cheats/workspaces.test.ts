import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { HARMLESS, named, tryCheats, worthIt } from '../doubles/battery.fixture.ts'
import { CONFINES, PYTHON } from '../doubles/runProgram.fixture.ts'
import type { Scripted } from '../doubles/runProgram.fixture.ts'
import { projectEnvironment, workspaceGraders } from '../doubles/workspaceGraders.fixture.ts'

const PROOFS: Readonly<Record<Scripted, Readonly<Record<'exitCode' | 'report', readonly string[]>>>> = {
  javascript: {
    exitCode: ['replaced-test-files', 'planted-configuration', 'planted-reporter', 'escaping-paths', 'patched-runner'],
    report: ['planted-report', 'registered-plugin']
  },
  python: { exitCode: ['planted-conftest', 'shadowed-modules', 'report-at-exit'], report: [] }
}
const HAS_PYTEST = PYTHON !== undefined && spawnSync(PYTHON, ['-m', 'pytest', '--version']).status === 0

if (!CONFINES || !HAS_PYTEST) console.log('      What cheats at workspaces live on is not shown here: bubblewrap or pytest is missing.')
else describe('every cheat at a workspace is paid where its files are taken as they are', function () {
  this.timeout(240_000)

  for (const [language, proofs] of Object.entries(PROOFS) as [Scripted, (typeof PROOFS)[Scripted]][]) {
    for (const [believed, names] of Object.entries(proofs) as ['exitCode' | 'report', readonly string[]][]) {
      if (names.length > 0) it(`${language}: by one that believes the ${believed === 'report' ? 'report' : 'exit code'} of the runner`, async () => {
        const trial = { environment: projectEnvironment(language), executor: workspaceGraders(language)[believed] }
        assert.deepEqual(worthIt(await tryCheats(trial, named(names))), names)
      })
    }
  }

  it('none is left out', () => {
    const proven = Object.values(PROOFS).flatMap(({ exitCode, report }) => [...exitCode, ...report])
    assert.deepEqual(HARMLESS.filter(({ family }) => family === 'workspace').map(({ name }) => name).sort(), proven.sort())
  })
})
