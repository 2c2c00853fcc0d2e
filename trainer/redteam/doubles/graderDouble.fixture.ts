import type { CodeTask, ExecutionRecord, ExecutionTask, TestCase } from '../../protocol/execution.ts'
import type { Executor } from '../../sandbox/executor.ts'

/** A careless grader in the place of an executor: it trusts the process that the candidate runs in. */
export type GraderDouble = Pick<Executor, 'run'>

/** Whether a test passed; null = the grader takes it for a failure of the machine. */
export type Passed = boolean | null

/** @param judge all tests of a program, in their order. */
export function codeGrader(judge: (task: CodeTask, program: string) => Promise<readonly Passed[]>): GraderDouble {
  return { run: async (task) => {
    if (task.kind !== 'code') throw new TypeError('This double judges programs.')
    return record(task, task.tests, await judge(task, task.files[0]!.text))
  } }
}

export function record(task: ExecutionTask, tests: readonly Pick<TestCase, 'name' | 'visible' | 'fresh'>[], passed: readonly Passed[]): ExecutionRecord {
  return {
    turn: 1, backend: 'fake', language: task.kind === 'code' ? task.language : null, files: [...task.files], signals: [], limitsHit: [],
    seconds: 0, queueSeconds: 0, cpuSeconds: null, peakMegabytes: null, retries: 0,
    failure: passed.includes(null) ? 'the grader takes it for a failure of the machine' : null,
    tests: tests.map(({ name, visible, fresh }, i) => ({
      name, visible, fresh, verdict: passed[i] ? 'pass' : 'wrongValue', why: passed[i] ? 'the grader says so' : 'the grader says no', output: '', outputCut: false, seconds: 0
    }))
  }
}
