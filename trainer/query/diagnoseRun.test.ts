import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Rollout } from '../protocol/rollout.ts'
import type { DiagnosisFinding } from '../protocol/runViews.ts'
import { RunFile } from '../protocol/runFile.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import { diagnoseRun } from './diagnoseRun.ts'
import { runOfStep } from './listedRun.fixture.ts'
import { QueryState } from './queryState.ts'

const findingOf = async (directory: string, check: string): Promise<DiagnosisFinding> => (await findingsOf(directory)).find((finding) => finding.check === check)!

async function findingsOf(directory: string): Promise<DiagnosisFinding[]> {
  const state = QueryState.open()
  try {
    const { signal } = new AbortController()
    return await diagnoseRun(await state.wholeRun(directory, signal), state.db, signal)
  } finally {
    state.close()
  }
}

describe('checks of a run', () => {
  const attempts = (outcomes: readonly (readonly [answer: string | null, correct: boolean | null])[]): Rollout[] =>
    weighed(outcomes.map(([answer, correct], sample) => ({ ...rollout({ step: 1, sample, tokens: 4 }), answer, correct })))

  for (const compacted of [false, true]) {
    it(`count completions in which the grader found no answer, of rollouts in ${compacted ? 'a shard' : 'lines'}`, async () => {
      const refused = await findingOf(await runOfStep(attempts([[null, false], [null, false], [null, false], ['7', true], [null, null]]), compacted), 'format')
      assert.match(refused.evidence, /^In 3 of the last 4 judged completions \(75 %\)/)
      assert.deepEqual([refused.state, refused.filter], ['bad', { kinds: ['train'], steps: { from: 1, to: 1 }, verdicts: ['wrong'] }])
      const unparsed = await findingOf(await runOfStep(attempts([[null, false], [null, true]]), compacted), 'format')
      assert.equal(unparsed.state, 'unknown')
    })
  }

  it('leave out the step that is still being sampled', async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    const sampled = (step: number, rewards: readonly number[]): Rollout[] =>
      rewards.map((total, sample) => ({ ...rollout({ step, sample, tokens: 4 }), correct: total > 0, reward: { total, parts: [{ name: 'answer', score: total, weight: 1, why: 'equal' }] } }))
    const write = (step: number, rollouts: readonly Rollout[]) => {
      const open = run.rollouts.openStep({ kind: 'train', step })
      for (const one of rollouts) open.append(one)
      return open
    }
    const first = write(1, sampled(1, [0, 0]))
    assert.deepEqual((await findingsOf(run.path)).map(({ state }) => state), Array(8).fill('unknown'))
    const whole = sampled(1, [0, 0, 1, 1])
    for (const one of whole.slice(2)) first.append(one)
    first.seal(weighed(whole))
    write(2, sampled(2, [0, 0]))
    const findings = await findingsOf(run.path)
    assert.match(findings.find(({ check }) => check === 'zeroVariance')!.evidence, /^0 of 1 groups \(0 %\) of step 1 /)
    assert.match(findings.find(({ check }) => check === 'diversity')!.evidence, /over step 1\./)
    assert.match(findings.find(({ check }) => check === 'truncation')!.evidence, /^0 of 4 completions/)
    run.close()
  })

  it('name the steps whose texts were read, where not all of the recent ones are', async () => {
    const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    for (const step of [1, 2, 3]) {
      const rows = weighed(Array.from({ length: 300 }, (_, sample) => rollout({ step, sample, tokens: 1 })))
      const open = run.rollouts.openStep({ kind: 'train', step })
      for (const row of rows) open.append(row)
      open.seal(rows)
    }
    run.close()
    const { evidence, filter } = await findingOf(run.path, 'diversity')
    assert.match(evidence, /, over steps 2 to 3\./)
    assert.deepEqual(filter, { kinds: ['train'], steps: { from: 2, to: 3 } })
    assert.match((await findingOf(run.path, 'truncation')).evidence, /steps 1 to 3/)
  })

  it('take gradients of reinforcement learning alone, whatever a supervised stage before had under the same steps', async () => {
    const place = path.join(temporaryFolder(), 'run')
    const stages = [{ name: 'sft', algorithm: { name: 'sft' } }, { name: 'rl' }]
    const run = await createRun({ ...newRun(place), run: RunFile.parse({ name: 'staged', model: 'models/base', stages }) })
    run.close()
    const lines = [['sft', 1, 90], ['sft', 2, 90], ['rl', 1, 1], ['rl', 2, 3]].map(([stage, step, norm]) =>
      JSON.stringify({ version: 1, stage, step, at: '2026-01-01T00:00:00Z', seconds: 1, values: { 'gradient/norm': norm } }))
    writeFileSync(path.join(run.path, RUN_FILES.metrics), `${lines.join('\n')}\n`)
    assert.match((await findingOf(run.path, 'updates')).evidence, /^Over the last 2 steps .* largest 3\.00/)
  })
})
