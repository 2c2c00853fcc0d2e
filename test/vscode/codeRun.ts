import { execution, testRun } from '../../trainer/protocol/execution.fixture.ts'
import type { ExecutionRecord, TestRun } from '../../trainer/protocol/execution.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { rolloutWithSteps } from '../../webviews/labeller/labeller.fixture.ts'
import { hostileExecution } from '../hostile/hostileRun.ts'
import { writeFinishedRun } from './finishedRun.ts'

/** What a program printed or answered while it was judged: text of a stranger. */
export interface CodeRun {
  readonly directory: string
  readonly rollouts: readonly Rollout[]
}

const GOLD = 'function median(values) {\n  const sorted = [...values].sort((a, b) => a - b)\n  const middle = sorted.length >> 1\n  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2\n}\n'
const WRONG = 'function median(values) {\n  const sorted = [...values].sort()\n  return sorted[sorted.length >> 1]\n}\n'
const TOOL = '\n<output>median([10, 9, 1]) gave 10, expected 9</output>\n'

const PASSING = testRun('median([1, 2, 3])', 'pass', { input: '[1, 2, 3]', expected: '2', got: '2' })
const MIXED: readonly TestRun[] = [
  PASSING,
  testRun('median([10, 9, 1])', 'wrongValue', { input: '[10, 9, 1]', expected: '9', got: '10', why: 'got 10, expected 9' }),
  testRun('median([4, 2])', 'wrongValue', { visible: false, input: '[4, 2]', expected: '3', got: '4', why: 'got 4, expected 3', output: 'sorting 4,2\n'.repeat(300) }),
  testRun('median([])', 'exception', { visible: false, why: "TypeError: Cannot read properties of undefined (reading 'length')" }),
  testRun('median(a million)', 'timeout', { visible: false, fresh: true, why: 'not done after 5 s', seconds: 5.01, outputCut: true, output: '.'.repeat(1500) }),
  testRun('median(deep)', 'memory', { visible: false, why: 'more than 256 MB' }),
  testRun('median(loud)', 'outputLimit', { visible: false, why: 'more than 64 KB' }),
  testRun('median(file)', 'forbidden', { visible: false, fresh: true, why: 'opened /etc/passwd' }),
  testRun('median(gone)', 'noResult', { visible: false, why: 'exit(0) before an answer' })
]

/** A finished run whose completions are programs; `hostile` texts are names, outputs and files of a rollout each. */
export async function writeCodeRun(runsFolder: string, name: string, hostile: readonly string[] = []): Promise<CodeRun> {
  const rollouts = [
    program(0, WRONG, [execution(MIXED, {
      files: [{ path: 'median.js', text: WRONG }, { path: 'lib/sort.js', text: 'export const sort = (a) => a.sort()\n' }], limitsHit: ['wallSeconds', 'memoryMegabytes'], seconds: 5.4,
      signals: [{ kind: 'earlyExit', why: 'The program called exit before it had answered.' }, { kind: 'specialCased', why: '2 of 2 fresh inputs fail although every visible test passes.' }]
    })]),
    program(1, GOLD, [execution(Array.from({ length: 130 }, (_, i) => ({ ...PASSING, name: `median, case ${i + 1}` })), { files: [{ path: 'median.js', text: GOLD }] })]),
    twoTurns(2),
    program(3, WRONG, [execution(MIXED.map((test) => ({ ...test, verdict: null, why: '' })), { failure: 'The worker was lost three times: out of memory on the machine.', retries: 2 })]),
    ...hostile.map((text, i) => program(4 + i, text, [hostileExecution(text)]))
  ]
  return { directory: await writeFinishedRun(runsFolder, name, rollouts), rollouts }
}

function program(sample: number, text: string, executions: ExecutionRecord[]): Rollout {
  const base = rolloutWithSteps(1, `t000001.1-000-${String(sample).padStart(2, '0')}`)
  const correct = executions.at(-1)!.failure === null ? executions.at(-1)!.tests.every(({ verdict }) => verdict === 'pass') : null
  const score = correct === null ? null : Number(correct)
  const zeros = Array.from(text, () => 0)
  const ends = Array.from(text, (_, i) => i + 1)
  return {
    ...base, group: '000', sampleIndex: sample, problemId: 'median', environment: 'function-synthesis', gold: GOLD, answer: text.slice(0, 200), correct, executions,
    reward: { total: score, parts: [{ name: 'tests', score, weight: 1, why: correct === null ? 'could not be run' : 'as the tests say' }] },
    segments: [{
      ...base.segments[0]!, samplePrompt: { text: 'Write median(values).', tokens: [1] }, text, tokens: zeros, tokenEnds: ends, logprobs: zeros, samplingLogprobs: zeros, entropies: zeros,
      mask: Array.from(text, () => 1 as const), spans: []
    }]
  }
}

/** The second turn mends what the output of the first said. */
function twoTurns(sample: number): Rollout {
  const first = execution(MIXED.slice(0, 3), { files: [{ path: 'median.js', text: WRONG }] })
  const second = execution([...MIXED.slice(0, 3)].map((test) => ({ ...test, verdict: 'pass' as const, got: test.expected ?? '', why: '' })), { turn: 2, files: [{ path: 'median.js', text: GOLD }] })
  const rollout = program(sample, WRONG + TOOL + GOLD, [first, second])
  const segment = rollout.segments[0]!
  const [from, to] = [WRONG.length, WRONG.length + TOOL.length]
  return { ...rollout, segments: [{ ...segment, spans: [{ kind: 'tool', from, to }], mask: segment.tokenEnds.map((end) => (end > from && end <= to ? 0 : 1)) }] }
}
