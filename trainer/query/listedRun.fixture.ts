import path from 'node:path'
import type { Rollout } from '../protocol/rollout.ts'
import type { RolloutFilter, RolloutRow } from '../protocol/rolloutViews.ts'
import { newRun, temporaryFolder } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import { QueryState } from './queryState.ts'

/** Directory of a run with one sealed step of these rollouts, in lines or in a shard. */
export async function runOfStep(rollouts: readonly Rollout[], compacted: boolean): Promise<string> {
  const run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
  const step = run.rollouts.openStep({ kind: 'train', step: 1 })
  for (const row of rollouts) step.append(row)
  step.seal(rollouts)
  if (compacted) await run.rollouts.compact({ throughStep: 1, all: true })
  run.close()
  return run.path
}

/** The first hundred rows of runs that pass a filter, as they were recorded. */
export async function listedRows(runs: readonly string[], filter: RolloutFilter = {}): Promise<RolloutRow[]> {
  const state = QueryState.open()
  try {
    const request = { filter, sort: { by: 'recorded', descending: false }, by: 'rollouts', follow: false } as const
    const { view } = await state.openView(runs, request, 0, new AbortController().signal)
    return await state.view(view).rollouts(0, 100)
  } finally {
    state.close()
  }
}
