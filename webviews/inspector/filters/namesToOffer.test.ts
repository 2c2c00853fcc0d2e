import assert from 'node:assert/strict'
import type { ViewInfo } from '../../../trainer/protocol/rolloutViews.ts'
import type { RunDetails } from '../../../trainer/protocol/runViews.ts'
import { namesToOffer } from './namesToOffer.ts'

const details = [{ rewardParts: ['answer'], environments: ['countdown'] }, { rewardParts: ['answer', 'format'], environments: [] }] as unknown as RunDetails[]
const info = (total: number): ViewInfo => ({ total, parts: ['brevity'], environments: ['largest'] }) as unknown as ViewInfo

describe('names offered to filter by', () => {
  it('are those that were recorded', () => {
    const { parts, environments } = namesToOffer(info(3), details)
    assert.deepEqual([parts, environments], [['brevity'], ['largest']])
  })

  it('are those of the run files while nothing was', () => {
    for (const nothing of [undefined, info(0)]) assert.deepEqual(namesToOffer(nothing, details), { parts: ['answer', 'format'], environments: ['countdown'] })
  })
})
