import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { LiveRun } from '../contracts/trainers.ts'
import { shownRun } from './shownRun.ts'
import type { ShownRun } from './shownRun.ts'

export function card(given: Partial<RunCard> = {}): RunCard {
  return {
    directory: '/w/.rollout-lab/runs/chain--base--1', runId: '20250131-142501-9f3a1c0b', name: 'arithmetic-chain', recipe: 'grpo',
    model: '/w/models/arithmetic-chain', environment: 'arithmetic-chain', seed: 1, study: 'abc', notes: '', tags: [], pinned: false,
    createdAt: '2025-01-31T14:25:01.000Z', status: 'finished', stage: 'rl', step: 120, steps: 120, updatedAt: '2025-01-31T14:40:00.000Z',
    passAt1: {}, rewardSpark: [], checkpoints: 0, ...given
  }
}

export function live(given: Partial<LiveRun> = {}): LiveRun {
  return { directory: '/w/.rollout-lab/runs/chain--base--1', runId: '20250131-142501-9f3a1c0b', connection: 'attached', role: 'steering', ...given }
}

export const shown = (given: Partial<RunCard> = {}, trainer?: Partial<LiveRun>): ShownRun => shownRun(card(given), trainer && live(trainer))
export const queued = (given: Partial<RunCard> = {}): ShownRun => shownRun(card(given), undefined, true)
