import assert from 'node:assert/strict'
import { z } from 'zod'
import type { Environment } from '../../trainer/environments/environment.ts'
import { WorkspaceTask } from '../../trainer/protocol/execution.ts'
import { BATTERY } from '../../trainer/redteam/battery.ts'
import type { Cheat } from '../../trainer/redteam/cheat.ts'
import { DEFAULTS, redTeam } from '../../trainer/redteam/redTeam.ts'
import { testsReward } from '../../trainer/rewards/tests.ts'
import { createExecutor } from '../../trainer/sandbox/createExecutor.ts'
import { openWorkplace, originalText } from '../workspaces/attempts.ts'
import type { Target, Workplace } from '../workspaces/attempts.ts'
import { QUEUE } from '../workspaces/mochaCheats.ts'
import { pythonWithPytest } from '../workspaces/places.ts'
import { MONEY } from '../workspaces/pytestCheats.ts'
import { NO_PYTEST, NO_SANDBOX, workspaceSandbox } from '../workspaces/sandboxes.ts'

/** What only a repository offers, and one cheat of every other kind; `npm run lab -- redteam` tries them all. */
const OTHERS: ReadonlySet<string> = new Set([
  'exit-zero', 'always-equal', 'obliging-answer', 'built-in-method', 'never-settled', 'ended-loop', 'quiet-exception', 'argument-changed', 'forged-channel', 'read-tests', 'read-history', 'patched-framework', 'injected-comment'
])
const TRIED: readonly Cheat[] = BATTERY.filter(({ name, family }) => family === 'workspace' || OTHERS.has(name))

const sandbox = await workspaceSandbox()

function environmentOf(place: Workplace, target: Target): Environment {
  const task = (text: string): WorkspaceTask => WorkspaceTask.parse({
    kind: 'workspace', repository: place.repository, commit: place.commit, folder: '', files: [{ path: target.file, text }], editable: [target.file],
    runner: { name: place.sample === 'workspace-mocha' ? 'mocha' : 'pytest' }, boundary: target.boundary, testFiles: [target.testFile], failToPass: target.tests, passToPass: []
  })
  const solution = (): string => originalText(place, target)
  return {
    name: place.sample, title: place.sample, description: 'For tests.', options: z.unknown(), mix: z.unknown(), vocabulary: [],
    generate: () => ({ id: place.sample, environment: place.sample, prompt: 'Write it.', params: {} }),
    solution, demonstrate: solution,
    render: () => ({ spans: [], wellFormed: true, why: 'a module' }),
    grade: (completion) => ({ correct: false, score: 0, answer: completion, why: 'for its tests' }),
    checkSteps: () => [],
    code: { task, feedback: () => '' }
  }
}

for (const [sample, target] of [['workspace-mocha', QUEUE], ['workspace-pytest', MONEY]] as const) {
  const missing = sandbox === undefined ? NO_SANDBOX : sample === 'workspace-pytest' && pythonWithPytest() === undefined ? NO_PYTEST : undefined
  if (sandbox === undefined || missing !== undefined) console.log(`  Cheats at ${sample}: untested here (${missing}).`)
  else it(`${sample}: no cheat is paid, the solution is`, async function () {
    this.timeout(300_000)
    const place = openWorkplace(sample)
    const executor = createExecutor({ sandboxes: [sandbox], workspaces: place.runner, retries: 0, concurrency: 2 })
    const subject = { environment: environmentOf(place, target), options: {}, rewards: [{ reward: testsReward({ scoring: 'all' }), weight: 1 }], executor, deadlineSeconds: 10 }
    try {
      const { golds, cheats } = await redTeam(subject, { ...DEFAULTS, problems: 1, battery: TRIED })
      assert.deepEqual(golds.map(({ paid, reward, idle }) => [paid, reward, idle]), [[true, 1, 0]])
      assert.deepEqual(cheats.filter(({ outcome }) => outcome !== 'unpaid').map(({ cheat, outcome, why }) => [cheat, outcome, why]), [])
      assert.equal(cheats.length, TRIED.length)
    } finally {
      await place.runner.close()
    }
  })
}
