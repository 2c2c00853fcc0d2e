import assert from 'node:assert/strict'
import type { Environment } from '../../trainer/environments/environment.ts'
import { findEnvironment, parseMix, parseOptions } from '../../trainer/environments/registry.ts'
import type { Problem, Split } from '../../trainer/protocol/problem.ts'
import type { CodeTask, ExecutionRecord } from '../../trainer/protocol/execution.ts'
import { randomStream } from '../../trainer/random/random.ts'
import { bubblewrapBackend } from '../../trainer/sandbox/bubblewrap/bubblewrapBackend.ts'
import { createExecutor } from '../../trainer/sandbox/createExecutor.ts'
import type { Executor } from '../../trainer/sandbox/executor.ts'
import { quickjsBackend } from '../../trainer/sandbox/quickjs/quickjsBackend.ts'
import type { SandboxBackend } from '../../trainer/sandbox/sandbox.ts'
import { sqliteBackend } from '../../trainer/sandbox/sqlite/sqliteBackend.ts'

/** Each environment whose completions are programs, in every language that it is written in. */
const CASES: readonly (readonly [name: string, options: object, backend: SandboxBackend])[] = [
  ['function-synthesis', {}, quickjsBackend({ workers: 1 })],
  ['function-synthesis', { language: 'python' }, bubblewrapBackend({ workers: 1 })],
  ['code-repair', { repairs: 3 }, quickjsBackend({ workers: 1 })],
  ['code-repair', { language: 'python', feedback: 'verdict' }, bubblewrapBackend({ workers: 1 })],
  ['sql', {}, sqliteBackend({ workers: 1 })]
]
const SPLITS: readonly Split[] = ['train', 'tuning', 'heldOut']
const PROBLEMS_A_SPLIT = 3

for (const [name, options, backend] of CASES) {
  const { works, detail } = await backend.probe()
  if (works) describeInSandbox(name, options, backend)
  else console.log(`  Programs of ${name} ${JSON.stringify(options)} in ${backend.name}: untested here (${detail}).`)
}

function describeInSandbox(name: string, options: object, backend: SandboxBackend): void {
  describe(`programs of ${name} ${JSON.stringify(options)} in the sandbox ${backend.name}`, () => {
    const environment: Environment = findEnvironment(name)
    const random = randomStream('sandbox', name)
    const problems = SPLITS.flatMap((split) => Array.from({ length: PROBLEMS_A_SPLIT }, () => environment.generate(random, split, parseOptions(environment, options))))
    let executor: Executor
    before(async () => (executor = createExecutor({ sandboxes: [await backend.open()], retries: 0, concurrency: 1 })))
    after(() => executor.close())

    const execute = (completion: string, problem: Problem): Promise<ExecutionRecord> => executor.run(environment.code!.task(completion, problem) as CodeTask)

    it('are paid where they are the gold solution', async () => {
      for (const problem of problems) {
        const execution = await execute(environment.solution(problem), problem)
        const { correct, score, why } = environment.grade(environment.solution(problem), problem, execution)
        assert.deepEqual([correct, score, execution.signals], [true, 1, []], `${problem.prompt}: ${why}`)
      }
    })

    it('are told of in the words of the vocabulary where they fail', async () => {
      const vocabulary = new Set(environment.vocabulary)
      const mix = parseMix(environment, {})
      let failed = 0
      for (const problem of problems) {
        const completion = environment.demonstrate(problem, random, mix)
        const execution = await execute(completion, problem)
        if (environment.grade(completion, problem, execution).correct) continue
        failed++
        const told = environment.code!.feedback(execution, problem)
        assert.deepEqual(told.split(' ').filter((word) => !vocabulary.has(word)), [], told)
      }
      assert.ok(failed > 0 && failed < problems.length, `${failed}`)
    })
  })
}
