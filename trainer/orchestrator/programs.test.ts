import assert from 'node:assert/strict'
import type { RunFileInput } from '../protocol/runFile.ts'
import { createExecutor } from '../sandbox/createExecutor.ts'
import { createFakeSandbox } from '../sandbox/fake/fakeSandbox.ts'
import { sampleTasks } from './programs.ts'
import { programEcho, PROGRAM_RUN, programParts } from './programs.fixture.ts'
import { echo, testRun } from './run.fixture.ts'
import { planRun } from './runPlan.ts'
import type { TrainerParts } from './trainerParts.ts'

/** What planning says, with the directory as nothing was sampled into it. */
async function plan(file: Partial<RunFileInput>, parts: Partial<TrainerParts>): Promise<void> {
  const trial = await testRun(file)
  try {
    const opened = await trial.open({ parts })
    opened.directory.close()
    await planRun(opened.directory.record.run, opened.parts)
  } finally {
    trial.remove()
  }
}

describe('programs of a run', () => {
  it('are looked at by the gold solution of one problem of each environment that has any', () => {
    const tasks = sampleTasks([{ environment: programEcho, options: {} }, { environment: echo as never, options: echo.options.parse({}) }], 1)
    assert.deepEqual(tasks.map(({ environment, task }) => [environment, task.kind]), [['program-echo', 'code']])
  })

  it('need a sandbox for their language before anything is sampled', async () => {
    const { parts } = programParts()
    await plan(PROGRAM_RUN, parts)
    const python = createExecutor({ sandboxes: [createFakeSandbox({ languages: ['python'] })], retries: 0, concurrency: 1, remedy: 'Install another.' })
    await assert.rejects(plan(PROGRAM_RUN, { ...parts, executor: python }), {
      code: 'sandbox/no-backend', place: 'environment', remedy: 'Install another.', message: /"program-echo" cannot be run: No sandbox that works here runs programs in javascript/
    })
    const { executor: _, ...without } = parts
    await assert.rejects(plan(PROGRAM_RUN, without), { code: 'sandbox/no-executor' })
  })

  it('are needed by rewards that say nothing without them', async () => {
    for (const name of ['tests', 'tamper'] as const) {
      await assert.rejects(plan({ rewards: [{ name: 'answer' }, { name }] }, {}), { code: 'runFile/reward-without-programs', place: 'rewards of stage 1' })
    }
  })
})
