import type { ExecutionRecord, TestRun, TestVerdict } from './execution.ts'

export function testRun(name: string, verdict: TestVerdict | null, more: Partial<TestRun> = {}): TestRun {
  return { name, visible: true, fresh: false, verdict, why: '', output: '', outputCut: false, seconds: 0.001, ...more }
}

/** An execution of a JavaScript function that these tests judged. */
export function execution(tests: readonly TestRun[], more: Partial<ExecutionRecord> = {}): ExecutionRecord {
  return {
    turn: 1, backend: 'fake', language: 'javascript', files: [{ path: 'answer.js', text: 'function f(x) { return x }' }], tests: [...tests], signals: [], limitsHit: [],
    seconds: 0.25, queueSeconds: 0.01, cpuSeconds: 0.2, peakMegabytes: 31, retries: 0, failure: null, ...more
  }
}
