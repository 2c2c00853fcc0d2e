import type { CodeTask, ExecutionRecord, ExecutionTask, SandboxName, TestRun } from '../../protocol/execution.ts'
import { Limits } from '../../protocol/execution.ts'
import type { WorkspaceOutcome } from '../executor.ts'
import type { Call, ExecutionOutcome } from '../sandbox.ts'
import { judgeCall, notJudged } from './judgeCall.ts'
import { cutLine } from './cutText.ts'
import { tamperSignals } from './tamperSignals.ts'

/** What an execution was, whatever came of it. */
export interface ExecutionPlace {
  readonly turn: number
  readonly backend: SandboxName
  /** Waiting for a place among the executions going on. */
  readonly queueSeconds: number
  readonly retries: number
}

/** What a candidate is given of the tests: inputs, never what is expected. */
export const callsOf = ({ tests }: CodeTask): Call[] =>
  tests.map((test) => {
    switch (test.style) {
      case 'call':
        return { style: test.style, function: test.function, args: test.args }
      case 'stdin':
        return { style: test.style, stdin: test.stdin }
      case 'query':
        return { style: test.style, schema: test.schema, gold: test.gold }
    }
  })

export function judgedRecord(task: CodeTask, outcome: ExecutionOutcome, place: ExecutionPlace): ExecutionRecord {
  const tests = task.tests.map((test, i) => judgeCall(test, outcome.calls[i]))
  return {
    ...common(task, place), tests,
    signals: tamperSignals(outcome.sightings, tests),
    limitsHit: limitNames(outcome.limitsHit),
    seconds: notNegative(outcome.seconds),
    queueSeconds: notNegative(place.queueSeconds) + notNegative(outcome.queueSeconds),
    cpuSeconds: finiteOrNull(outcome.cpuSeconds),
    peakMegabytes: finiteOrNull(outcome.peakMegabytes),
    failure: null
  }
}

/** The runner's results as they stand; texts of the candidate in them were cut by those who judged. */
export const workspaceRecord = (task: ExecutionTask, outcome: WorkspaceOutcome, place: ExecutionPlace): ExecutionRecord => ({
  ...common(task, place), tests: outcome.tests, signals: outcome.signals, limitsHit: limitNames(outcome.limitsHit),
  seconds: notNegative(outcome.seconds), queueSeconds: notNegative(place.queueSeconds), cpuSeconds: null, peakMegabytes: null, failure: null
})

/** The machine failed: every verdict is null. */
export const failureRecord = (task: ExecutionTask, failure: string, place: ExecutionPlace): ExecutionRecord => ({
  ...common(task, place), tests: notJudgedTests(task, failure), signals: [], limitsHit: [],
  seconds: 0, queueSeconds: notNegative(place.queueSeconds), cpuSeconds: null, peakMegabytes: null, failure: cutLine(failure, 600)
})

function notJudgedTests(task: ExecutionTask, why: string): TestRun[] {
  if (task.kind === 'code') return task.tests.map((test) => notJudged(test, why))
  const names = [...task.failToPass, ...task.passToPass]
  return names.map((name) => ({ name, visible: false, fresh: false, verdict: null, why: cutLine(why, 400), output: '', outputCut: false, seconds: 0 }))
}

const common = (task: ExecutionTask, { turn, backend, retries }: ExecutionPlace): Pick<ExecutionRecord, 'turn' | 'backend' | 'retries' | 'language' | 'files'> => ({
  turn, backend, retries, language: task.kind === 'code' ? task.language : null,
  files: task.files.map(({ path, text }) => ({ path, text: text.toWellFormed() }))
})

const notNegative = (seconds: number): number => (Number.isFinite(seconds) ? Math.max(0, seconds) : 0)
const finiteOrNull = (value: number | null): number | null => (value !== null && Number.isFinite(value) ? value : null)
const limitNames = (names: readonly string[]): string[] => [...new Set(names)].filter((name) => Object.hasOwn(Limits.shape, name))
