import assert from 'node:assert/strict'
import path from 'node:path'
import type { Rollout } from '../protocol/rollout.ts'
import { newRun, rollout, temporaryFolder, weighed } from '../stores/fixtures.ts'
import { createRun } from '../stores/runDirectory.ts'
import type { RunDirectory } from '../stores/runDirectory.ts'
import { queryHandlers } from './queryHandlers.ts'
import type { Handlers } from './queryHandlers.ts'
import { QueryState } from './queryState.ts'

const SAMPLES = 3

describe('rollouts of a step that was sealed since the last look', () => {
  const { signal } = new AbortController()
  const own: Rollout[] = Array.from({ length: SAMPLES }, (_, sample) => ({ ...rollout({ step: 1, sample, tokens: 4 }), answer: 'x = 3' }))
  let run: RunDirectory
  let state: QueryState
  let handlers: Handlers

  beforeEach(async () => {
    run = await createRun(newRun(path.join(temporaryFolder(), 'run')))
    state = QueryState.open()
    const nothing = (): void => undefined
    handlers = queryHandlers({ state, watch: nothing, viewsChanged: nothing, labelsFollowed: nothing, notify: nothing })
    const step = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const one of own) step.append(one)
    await state.loaded(run.path)
    step.seal(weighed(own))
  })
  afterEach(() => {
    run.close()
    state.close()
  })

  it('have their excerpts', async () => {
    const excerpts = await handlers['rollouts/excerpts']({ rollouts: own.map(({ id }) => ({ run: run.path, id })), characters: 2 }, signal)
    assert.deepEqual(excerpts, own.map(() => ({ prompt: 'Re', completion: 'ab' })))
  })

  it('have their answers and endings in the group', async () => {
    const attempts = await handlers['rollouts/group']({ run: run.path, group: own[0]!.group }, signal)
    assert.deepEqual(attempts.map(({ id, answer, filterWhy }) => [id, answer, filterWhy]), own.map(({ id }) => [id, 'x = 3', 'mixed group']))
    assert.ok(attempts.every(({ ending }) => ending.endsWith('😀')))
  })
})
