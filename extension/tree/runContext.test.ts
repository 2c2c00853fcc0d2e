import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import { shown } from '../runs/runs.fixture.ts'
import { runContext } from './runContext.ts'

const { contributes } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
const entries = contributes.menus['view/item/context'] as { readonly command: string; readonly when: string }[]

/** Commands of the menu of a run's row, as their when clauses have it. */
function menuOf(card: Partial<RunCard>): Set<string> {
  const value = runContext(shown(card))
  const shows = (when: string): boolean => {
    const [, pattern] = /^view == rolloutLab\.runs && viewItem =~ \/(.*)\/$/.exec(when) ?? []
    return pattern !== undefined && new RegExp(pattern).test(value)
  }
  return new Set(entries.filter(({ when }) => shows(when)).map(({ command }) => command.replace('rolloutLab.', '')))
}
const NEED_A_RECORD = [
  'renameRun', 'editNotes', 'editTags', 'openRunSource', 'compareRuns', 'openLabeller', 'showAgreement', 'adjudicate', 'exportLabels', 'trainOnLabels', 'suggestLabels'
]

describe('the menu of a run', () => {
  it('has what needs its record only where that can be read', () => {
    const whole = menuOf({ status: 'finished' })
    assert.deepEqual([...NEED_A_RECORD, 'pinRun'].filter((command) => !whole.has(command)), [])
    assert.ok(!whole.has('unpinRun') && menuOf({ pinned: true }).has('unpinRun'))
    assert.deepEqual([...menuOf({ status: 'damaged', runId: '' })].sort(), ['deleteRun', 'openDashboard', 'openInspector', 'openRunFolder'])
    assert.deepEqual([...menuOf({ status: 'newer', runId: '' })].sort(), ['deleteRun', 'openDashboard', 'openInspector', 'openRunFolder'])
  })
})
