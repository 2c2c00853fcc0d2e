import assert from 'node:assert/strict'
import { join } from 'node:path'
import { compose } from '../../trainer/cli/compose.ts'
import { recordedInput } from '../../trainer/cli/rescoring/recordedInput.ts'
import { openRecordedProblems } from '../../trainer/cli/rescoring/recordedProblems.ts'
import { turnsIn } from '../../trainer/orchestrator/turns.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { isTool_T } from '../../trainer/protocol/toolTokens.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { listedRows } from '../../trainer/query/listedRun.fixture.ts'
import { scoreRollout } from '../../trainer/rewards/scoreRollout.ts'
import { openRun, readRunRecord } from '../../trainer/stores/runDirectory.ts'
import { readScoredRollouts } from '../../trainer/stores/scoredRollouts.ts'
import { root } from '../bench/labProcess.ts'
import { finalState } from './finalState.ts'
import { lab, labSucceeds } from './labProcess.ts'
import type { LabEnd } from './labProcess.ts'
import { Place } from './tinyRun.ts'

const STEPS = 3
/** Sampler and trainer read the same sequence in graphs of different shapes. */
const ROUNDING = 1e-4

const RUN: RunFileInput = {
  name: 'turns', recipe: 'execute-retry', model: join(root, 'samples', 'models', 'code'), threads: 1, environment: { name: 'code-repair' },
  steps: STEPS, problemsPerStep: 3, groupSize: 4, sampling: { maxTokens: 64 }, rollouts: { strategy: 'executeRetry', turns: 2 },
  rewards: [{ name: 'answer' }, { name: 'format', weight: 0.2 }, { name: 'length', weight: 0.1 }, { name: 'tamper', weight: -0.1 }],
  filter: { dropZeroVariance: false }, evaluation: { problems: 2, samples: 2, k: [1] }, checkpoint: { every: 2, keep: 1 }
}

describe('process: runs whose programs are executed over several turns', function () {
  this.timeout(240_000)
  let place: Place
  let whole: LabEnd
  before(async () => {
    place = new Place()
    place.write('turns.run.json', JSON.stringify(RUN))
    whole = await labSucceeds(place.folder, ['run', 'turns.run.json', '--out', 'whole', '--json'])
  })
  after(() => place.remove())

  const rolloutsOf = async (run: string): Promise<Rollout[]> => {
    const directory = await openRun(place.at(run))
    const steps = await Promise.all(Array.from({ length: STEPS }, (_, i) => directory.rollouts.readStep({ kind: 'train', step: i + 1 })))
    directory.close()
    return steps.flatMap((step) => step ?? [])
  }

  it('sample and train the same sequences: later turns follow what was told, which is masked', async () => {
    const mismatches = whole.events.flatMap((event) => (event.type === 'stepFinished' ? [event.metrics['mismatch/max'] ?? NaN] : []))
    assert.equal(mismatches.length, STEPS)
    assert.ok(mismatches.every((mismatch) => mismatch < ROUNDING), mismatches.join())
    const later = (await rolloutsOf('whole')).filter(({ executions }) => executions!.length > 1)
    assert.ok(later.length > STEPS)
    for (const { segments } of later) {
      assert.match(segments[0]!.text, /\n\| .* :\n/)
      assert.deepEqual(segments[0]!.mask, isTool_T(segments[0]!).map((tool) => (tool ? 0 : 1)))
    }
  })

  it('give rewards the same again of what is recorded', async () => {
    const { run } = readRunRecord(place.at('whole'))
    const workspace = compose(root).openWorkspace(place.folder, { trustWorkspace: false, deadlineSeconds: 10 })
    try {
      const problems = await openRecordedProblems(run, workspace)
      const rewards = await Promise.all(run.rewards.map(async (reference) => ({ reward: await workspace.reward(reference), weight: reference.weight })))
      let turns = 0
      await readScoredRollouts(place.at('whole'), undefined, async (rollout) => {
        if (rollout.kind !== 'train') return
        turns += turnsIn(rollout.completion, rollout.spans).turns.length
        const { reward } = await scoreRollout(rewards, recordedInput(rollout, run, problems.of(rollout)), { deadlineSeconds: 10 })
        assert.deepEqual(reward, rollout.reward, rollout.id)
      })
      assert.ok(turns > STEPS * 3 * 4, 'no rollout had a second turn')
    } finally {
      await workspace.close()
    }
  })

  it('are listed with the figures that the metrics of their steps tell', async () => {
    for (const event of whole.events) {
      if (event.type !== 'stepFinished') continue
      const rows = await listedRows([place.at('whole')], { kinds: ['train'], steps: { from: event.step, to: event.step } })
      const groups = new Map(rows.map(({ group, zeroVariance }) => [group, zeroVariance]))
      const share = (flags: readonly (boolean | null)[]): number => flags.filter((flag) => flag === true).length / flags.length
      const listed = {
        'length/mean': rows.reduce((sum, { completionTokens }) => sum + completionTokens, 0) / rows.length,
        'length/truncated': share(rows.map(({ stopReason }) => stopReason === 'length')), 'groups/zeroVariance': share([...groups.values()])
      }
      for (const [name, value] of Object.entries(listed)) assert.ok(Math.abs(value - event.metrics[name]!) < 1e-12, `step ${event.step}: ${name} is ${value}, not ${event.metrics[name]}`)
    }
  })

  it('are evaluated again with the figures of the run', async () => {
    for (const [when, model] of [['before', RUN.model as string], ['after', 'whole/model']] as const) {
      const own = whole.events.flatMap((event) => (event.type === 'evaluation' && event.when === when && event.name === 'heldOut' ? [event.result] : []))
      const { out } = await labSucceeds(place.folder, ['eval', model, '--as-run', 'whole', '--threads', '1', '--json'])
      assert.deepEqual([JSON.parse(out)], own)
    }
  })

  it('end with the same bits after a kill in the middle and a resume', async () => {
    let finished = 0
    const killed = await lab(place.folder, ['run', 'turns.run.json', '--out', 'killed', '--json'], (event, child) => {
      if (event.type === 'stepFinished' && ++finished === 1) child.kill('SIGKILL')
    })
    assert.equal(killed.signal, 'SIGKILL')
    await labSucceeds(place.folder, ['resume', 'killed', '--json'])
    const [expected, found] = await Promise.all(['whole', 'killed'].map((run) => finalState(place.at(run), STEPS)))
    assert.deepEqual(found!.files, expected!.files)
    assert.deepEqual(found!.rollouts, expected!.rollouts)
  })
})
