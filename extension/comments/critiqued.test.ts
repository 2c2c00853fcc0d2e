import assert from 'node:assert/strict'
import { threeSteps } from '../ratings/labels.fixture.ts'
import { lensesOf } from '../ratings/lensTexts.ts'
import { anchorAt } from '../traces/newRecord.ts'
import { projectRollout } from '../traces/traceText.ts'
import { critiqued } from './critiqued.ts'

const rollout = threeSteps()
const projection = projectRollout(rollout, 'run')
const lineOf = (text: string): number => projection.text.split('\n').findIndex((line) => line.startsWith(text))
const at = (line: number, from: number, to: number) => ({ start: { line, character: from }, end: { line, character: to } })
const stepMeant = (...given: Parameters<typeof critiqued>): number | undefined => anchorAt(rollout, critiqued(...given).span).step

describe('what a critique is begun on', () => {
  it('is the step that a lens points at, whatever is selected', () => {
    const lenses = lensesOf({ projection, labels: [], labeler: 'ann' }).flatMap(({ command, segment, step }) => (command === 'critiqueSelection' && step !== undefined ? [{ segment, step }] : []))
    assert.equal(lenses.length, 3)
    const selected = at(lineOf('5*2'), 1, 3)
    assert.deepEqual(lenses.map((lens) => stepMeant(projection, selected, lens)), [0, 1, 2])
    assert.deepEqual(critiqued(projection, selected, lenses[2]), { span: { segment: 0, from: 16, to: 23 }, range: at(lineOf('9-1'), 0, 7) })
    assert.deepEqual(stepMeant(projection, at(0, 0, 0), lenses[0]), 0)
  })

  it('is else what is selected, and where nothing is, the line', () => {
    const line = lineOf('5*2')
    assert.deepEqual(critiqued(projection, at(line, 2, 5)), { span: { segment: 0, from: 10, to: 13 }, range: at(line, 2, 5) })
    assert.deepEqual(critiqued(projection, at(line, 3, 3)), { span: { segment: 0, from: 8, to: 15 }, range: at(line, 0, 7) })
    assert.deepEqual(critiqued(projection, at(0, 0, 0)), { span: undefined, range: at(0, 0, 0) })
  })
})
