import assert from 'node:assert/strict'
import type { RunCard } from '../../../trainer/protocol/runViews.ts'
import { runsPage, runsWords } from './historyRuns.ts'

const cards = (count: number): RunCard[] => Array.from({ length: count }, (_, index) => ({ directory: `/runs/${index}` }) as RunCard)

describe('the runs of a problem through time', () => {
  it('are asked about a page at a time, each run once, those of the view first', () => {
    const [own, known] = [[cards(57)[40]!], cards(57)]
    const pages = [0, 1, 2].map((page) => runsPage(own, known, page))
    assert.deepEqual(pages.map(({ runs, from, total }) => [runs.length, from, total]), [[20, 0, 57], [20, 20, 57], [17, 40, 57]])
    const asked = pages.flatMap(({ runs }) => runs)
    assert.deepEqual([asked[0], new Set(asked).size], ['/runs/40', 57])
  })

  it('are counted as what they are: some of all', () => {
    assert.equal(runsWords(runsPage([], cards(1), 0)), 'in 1 run')
    assert.equal(runsWords(runsPage([], cards(57), 0)), 'in 20 runs of 57: 1 to 20, this view’s first, then the newest')
    assert.equal(runsWords(runsPage([], cards(57), 2)), 'in 17 runs of 57: 41 to 57, this view’s first, then the newest')
  })
})
