import { join } from 'node:path'
import { execution, testRun } from '../../trainer/protocol/execution.fixture.ts'
import type { ExecutionRecord } from '../../trainer/protocol/execution.ts'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'
import type { HostileText } from './texts.ts'

const AT = '2026-01-31T12:00:00.000Z'
const PER_GROUP = 4

/**
 * A finished run in `runsFolder` whose every text is hostile: one rollout per text, with the text as prompt, completion,
 * answer, gold, reason, error, tag, program and all that its tests printed; ids, names and numbers stay valid. Returns its directory.
 */
export async function writeHostileRun(runsFolder: string, texts: readonly HostileText[], name = '<img src=x onerror=alert(1)> $(error) [run](command:x)'): Promise<string> {
  const directory = join(runsFolder, 'grpo--hostile--0001')
  const run = await createRun({
    directory, runId: 'hostile-0001', createdAt: new Date(AT), run: RunFile.parse({ name, model: 'models/<b>hostile</b>' }),
    source: { path: '../../<b>hostile</b>.run.json', text: texts[0]?.text ?? '' }
  })
  try {
    const step = run.rollouts.openStep({ kind: 'train', step: 1 })
    const rollouts = texts.map(({ text }, index) => hostileRollout(text, index))
    for (const rollout of rollouts) step.append(rollout)
    step.seal(rollouts)
    run.metrics.append({ version: 1, stage: 'rl', step: 1, at: AT, seconds: 1, values: { 'reward/mean': 0.5 } })
    for (const { text } of texts.filter((one) => one.text.length < 10_000)) run.events.append({ version: 1, at: AT, step: 1, type: 'warning', code: 'hostile', message: text })
    run.state.write({
      version: 1, runId: 'hostile-0001', status: 'failed', stage: '<i>rl</i>', step: 1, steps: 1, seconds: 1, updatedAt: AT,
      error: { code: 'x', message: `${name} \u001b[31m`, remedy: '[mend](command:workbench.action.files.newUntitledFile)' }
    })
  } finally {
    run.close()
  }
  return directory
}

function hostileRollout(text: string, index: number): Rollout {
  const group = String(Math.floor(index / PER_GROUP)).padStart(3, '0')
  const sample = index % PER_GROUP
  const short = text.slice(0, 2000)
  const reward = sample / PER_GROUP
  return {
    version: 1, id: `t000001.1-${group}-${String(sample).padStart(2, '0')}`, kind: 'train', stage: 'rl', step: 1, attempt: 1, superseded: false, group, sampleIndex: sample,
    problemId: `problem-${group} ${short}`.slice(0, 300), environment: short.slice(0, 100) || 'empty', params: { text: short }, gold: short, segments: [segmentOf(text)],
    answer: short, correct: sample % 2 === 0, steps: [{ from: 0, to: Math.min(3, text.length), ok: false, why: short }],
    reward: { total: reward, parts: [{ name: 'answer', score: reward, weight: 1, why: short }, { name: short.slice(0, 60) || 'empty', score: null, weight: 0, why: short }] },
    filter: { kept: true, why: short }, policyVersion: 0, seed: index, timing: { sampledAt: AT, sampleSeconds: 0.1, rewardSeconds: 0 },
    errors: [{ boundary: 'reward', message: short }], tags: { hostile: short }, executions: [hostileExecution(text)]
  }
}

/** A program whose every text is hostile, as it was judged. */
export function hostileExecution(text: string): ExecutionRecord {
  const short = text.slice(0, 3000)
  const test = { input: short, expected: short, got: short, output: short, why: short }
  return execution([testRun(short.slice(0, 400) || 'empty', 'wrongValue', test), testRun('quiet', 'pass')], {
    files: [{ path: short.slice(0, 100) || 'empty', text: short }, { path: '../../../outside.js', text: short }], signals: [{ kind: 'forgedResult', why: short }], limitsHit: ['outputBytes'], failure: null
  })
}

/** Four tokens over the whole text, so that every view that colours tokens has some. */
function segmentOf(text: string): Rollout['segments'][number] {
  const ends = [1, 2, 3, 4].map((quarter) => Math.floor((text.length * quarter) / 4))
  return {
    samplePrompt: { text: text.slice(0, 100_000), tokens: [1], messages: [{ role: 'user', content: text.slice(0, 100_000) }] }, text,
    tokens: [1, 2, 3, 4], tokenEnds: ends, logprobs: [-0.1, -1, -5, -0.5], samplingLogprobs: [-0.1, -1, -5, -0.5], entropies: [0.1, 0.2, 2, 0.3],
    advantages: [1, 0, -1, 0], mask: [1, 1, 1, 1], source: 'policy', spans: [{ kind: 'think', from: 0, to: ends[1] ?? 0 }, { kind: 'answer', from: ends[1] ?? 0, to: text.length }], stopReason: 'endOfText'
  }
}
