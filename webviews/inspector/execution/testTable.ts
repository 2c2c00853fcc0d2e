import { html, nothing } from 'lit'
import type { TestRow } from '../../../trainer/protocol/rolloutViews.ts'
import { secondsText } from '../../protocol/secondsText.ts'
import { visibleLine, visibleText } from '../../protocol/visibleText.ts'
import { verdictClass, verdictSign } from '../rowText.ts'
import { passed, testVerdictMeaning, testVerdictWord } from './executionWords.ts'

const CELL_CHARACTERS = 160
/** Texts come cut; a page of another version may send more. */
const LONGEST_TEXT = 20_000

export interface TestTable {
  readonly tests: readonly TestRow[]
  readonly open: ReadonlySet<number>
  /** Verdicts of a second execution, by the position of the test. */
  readonly again: ReadonlyMap<number, TestRow> | undefined
  readonly toggle: (index: number) => void
  readonly openTest: (index: number) => void
}

/** A row a test: verdict, what was expected, what came, why and how long; opened, all its texts. Narrow pages leave columns out. */
export function testTable(table: TestTable) {
  const { tests, again } = table
  const heads = ['Test', 'Verdict', ...(again ? ['Run again'] : [])]
  return html`<div class="tests ${again ? 'twice' : ''}" role="table" aria-label="Tests">
    <div class="row heads" role="row">${heads.map((head) => html`<span role="columnheader">${head}</span>`)}
      <span role="columnheader" class="value">Expected</span><span role="columnheader" class="value">Got</span>
      <span role="columnheader" class="why">Why</span><span role="columnheader" class="number">Time</span></div>
    ${tests.map((test) => testRow(table, test))}</div>`
}

function testRow({ open, again, toggle, openTest }: TestTable, test: TestRow) {
  const isOpen = open.has(test.index)
  const second = again?.get(test.index)
  const name = html`<span class="what"><span class="name">${visibleLine(test.name, CELL_CHARACTERS)}</span>${tags(test)}</span>`
  return html`<div class="row test" role="row">
      <span role="cell"><button type="button" class="fold" aria-expanded=${isOpen}
        @click=${() => toggle(test.index)}><span aria-hidden="true">${isOpen ? '▾' : '▸'}</span>${name}</button></span>
      <span role="cell">${verdict(test)}</span>
      ${again ? html`<span role="cell">${second ? verdict(second) : html`<span class="faint">–</span>`}</span>` : nothing}
      <span role="cell" class="value">${cell(test.expected)}</span><span role="cell" class="value">${cell(test.got)}</span>
      <span role="cell" class="why">${visibleLine(test.why, CELL_CHARACTERS)}</span><span role="cell" class="number">${secondsText(test.seconds)}</span></div>
    ${isOpen ? html`<div role="row"><div role="cell">${texts(test, openTest)}</div></div>` : nothing}`
}

const verdict = (test: Pick<TestRow, 'verdict'>) => {
  const right = passed(test.verdict)
  return html`<span class="verdict ${verdictClass(right)}" title=${testVerdictMeaning(test.verdict)}>${verdictSign(right)} ${testVerdictWord(test.verdict)}</span>`
}

const HIDDEN = html`<span class="tag faint" title="The model was not shown it">hidden</span>`
const FRESH = html`<span class="tag faint" title="Drawn anew for this execution: its answer cannot be known by heart">fresh</span>`

const tags = ({ visible, fresh }: TestRow) => html`${visible ? nothing : HIDDEN}${fresh ? FRESH : nothing}`

function cell(text: string | undefined) {
  if (text === undefined) return html`<span class="faint">–</span>`
  return html`<span class="cell">${visibleLine(text, CELL_CHARACTERS)}</span>`
}

function texts(test: TestRow, openTest: (index: number) => void) {
  const rows: (readonly [string, string | undefined, string?])[] = [
    ['Test', test.name, 'plain'], ['Why', test.why, 'plain'], ['Input', test.input], ['Expected', test.expected], ['Got', test.got], ['Output', test.output]
  ]
  const notes = [...(test.outputCut ? ['The program printed more than was kept.'] : []), ...(test.cut ? ['Texts are cut here.'] : [])]
  const shown = rows.map(([title, text = '', look]) => text === '' ? nothing : html`<dt>${title}</dt>
      <dd><pre class=${look ?? ''} tabindex=${look ? -1 : 0}>${visibleText(text.slice(0, LONGEST_TEXT))}</pre></dd>`)
  return html`<dl class="texts">${shown}
    <dt></dt><dd>${notes.map((note) => html`<span class="faint">${note} </span>`)}<button type="button" class="link"
      @click=${() => openTest(test.index)}>Open in the editor</button></dd></dl>`
}
