import { z } from 'zod'
import type { Environment } from '../environments/environment.ts'
import type { Problem } from '../protocol/problem.ts'
import type { RunFileInput } from '../protocol/runFile.ts'
import { createExecutor } from '../sandbox/createExecutor.ts'
import { createFakeSandbox } from '../sandbox/fake/fakeSandbox.ts'
import type { FakeSandbox, FakeScript } from '../sandbox/fake/fakeSandbox.ts'
import { echo, ECHO_VOCABULARY } from './run.fixture.ts'
import type { TrainerParts } from './trainerParts.ts'

const expectedOf = ({ gold = '' }: Problem): string => gold

/** The echo problems with completions for programs: a program gives its first word, and is told the word that it should give. */
export const programEcho: Environment = {
  ...(echo as Environment),
  name: 'program-echo',
  options: z.strictObject({}),
  vocabulary: ECHO_VOCABULARY,
  generate: (random, split) => ({ ...echo.generate(random, split, echo.options.parse({})), environment: 'program-echo' }),
  grade: (completion, problem, execution) => {
    if (completion.trim() === '') return { correct: false, score: 0, answer: null, why: 'no program' }
    if (!execution) throw new Error('not executed')
    const correct = execution.tests.every(({ verdict }) => verdict === 'pass')
    return { correct, score: correct ? 1 : 0, answer: completion, why: `expected ${expectedOf(problem)}` }
  },
  render: (completion) => ({ spans: completion === '' ? [] : [{ kind: 'answer', from: 0, to: completion.length }], wellFormed: true, why: 'any text' }),
  checkSteps: (completion) => (completion === '' ? [] : [{ from: 0, to: 1, ok: true, why: 'a letter' }]),
  code: {
    task: (completion, problem) =>
      completion.trim() === ''
        ? { none: 'There is no program.' }
        : {
            kind: 'code', language: 'javascript', files: [{ path: 'program.js', text: completion }],
            tests: [{ style: 'call', name: 'word', visible: true, fresh: false, function: 'f', args: [], expected: expectedOf(problem), tolerance: 0 }],
            limits: { wallSeconds: 1, cpuSeconds: 1, memoryMegabytes: 16, processes: 1, outputBytes: 1000, fileBytes: 1000, files: 1 }
          },
    feedback: (_, problem) => `say ${expectedOf(problem)}`
  }
}

/** Executes as the script says; by default a program gives its first word. */
export function programParts(script: FakeScript = {}): { sandbox: FakeSandbox; parts: Pick<TrainerParts, 'openEnvironment' | 'executor'> } {
  const sandbox = createFakeSandbox({ answer: (_, { files }) => ({ ended: 'value', value: files[0]!.text.split(' ')[0]! }), ...script })
  const executor = createExecutor({ sandboxes: [sandbox], retries: 0, concurrency: 4, pauseSeconds: 0 })
  return { sandbox, parts: { openEnvironment: () => ({ environment: programEcho, options: {} }), executor } }
}

export const PROGRAM_RUN: Partial<RunFileInput> = {
  environment: { name: 'program-echo' }, rollouts: { strategy: 'executeRetry', turns: 3 }, sampling: { maxTokens: 3 },
  rewards: [{ name: 'tests' }], filter: { dropZeroVariance: false }
}
