import assert from 'node:assert/strict'
import type { Queries } from '../contracts/queries.ts'
import { QueryHostError } from '../queries/hostError.ts'
import { cardsOf } from './runCards.ts'

const failing = (code: string, remedy: string): Queries =>
  ({ ask: () => Promise.reject(new QueryHostError('/runs/a was written by a newer Rollout Lab', { boundary: 'store', code, remedy })) }) as unknown as Queries

describe('cards of runs that cannot be read', () => {
  it('tell a newer run from a damaged one, with what mends it', async () => {
    const told = async (code: string) => (await cardsOf(failing(code, 'Update Rollout Lab to read it.'), ['/runs/a'])).map(({ status, problem, name }) => [status, problem, name])
    const problem = '/runs/a was written by a newer Rollout Lab. Update Rollout Lab to read it.'
    assert.deepEqual(await told('newer-run'), [['newer', problem, 'a']])
    assert.deepEqual(await told('damaged'), [['damaged', problem, 'a']])
  })
})
