import { readFileSync } from 'node:fs'
import type { Frame } from 'playwright-core'
import type { RolloutFilter, RolloutSort } from '../../trainer/protocol/rolloutViews.ts'
import { memoryOfTree, peakResidentBytes } from '../bench/processMemory.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'
import { addProbe, timeInPage } from './pageProbe.ts'

/** Milliseconds and bytes of what a reader does in one window. */
export interface ScaleRound {
  readonly open: number
  readonly changes: readonly number[]
  readonly jump: number
  /** Beginnings of the texts of the rows in the middle, too. */
  readonly jumpTexts: number
  readonly firstHits: number
  readonly lastRow: number
  /** By how much the process of the page grew at most since before the view was opened. */
  readonly webviewBytes: number
  /** Largest resident set of the query process. */
  readonly queryBytes: number
}

const SORTS: readonly RolloutSort[] = [
  { by: 'reward', descending: true }, { by: 'completionTokens', descending: false }, { by: 'advantage', descending: true }, { by: 'correct', descending: false },
  { by: 'step', descending: true }, { by: 'problemId', descending: false }
]
const FILTERS: readonly RolloutFilter[] = [
  { steps: { from: 3000, to: 9000 } }, { reward: { from: 0.5 } }, { parts: { length: { to: 0.3 } } }, { verdicts: ['wrong'] }, { stopReasons: ['length'] },
  { where: "completionTokens % 2 = 0 AND parts.format < 1 AND problemId LIKE '%a%'" }
]
const LOOK_MS = 400
/** As the synthetic run is called in the tree. */
const RUN_NAME = 'synthetic'
/** A list of what is asked for now, its first rows drawn. */
const LISTED = "!probe.state().loading && probe.state().view !== before.view && probe.list()?.model.pages.row(0) !== before.row && probe.state().drawn[0] === 0"

/** Opens the only run of the runs folder in a fresh window, reads in it, and closes the window. */
export async function scaleRound(session: Session, rollouts: number): Promise<ScaleRound> {
  const workbench = await session.open()
  try {
    await showTree(workbench)
    const before = rendererBytes()
    const { open, frame } = await chooseInspector(workbench)
    let webviewBytes = 0
    const look = (): void => {
      for (const [pid, bytes] of rendererBytes()) webviewBytes = Math.max(webviewBytes, bytes - (before.get(pid) ?? 0))
    }
    const looking = setInterval(look, LOOK_MS)
    const changes = await changeOften(frame)
    await timeInPage(frame, change({ filter: {}, sort: { by: 'recorded', descending: false } }), LISTED)
    const middle = Math.floor(rollouts / 2)
    const jump = await timeInPage(frame, jumpTo(0.5), `Math.abs((probe.state().drawn[0] ?? 0) - ${middle}) < ${middle / 10}`)
    const jumpTexts = jump + await timeInPage(frame, '', "[...probe.list().shadowRoot.querySelectorAll('.row .excerpt')].every((cell) => cell.textContent !== '')")
    const firstHits = await search(frame)
    const lastRow = await timeInPage(frame, "probe.list().shadowRoot.querySelector('[role=grid]').dispatchEvent(new KeyboardEvent('keydown', { key: 'End' }))", `probe.state().drawn.at(-1) === ${rollouts - 1}`)
    clearInterval(looking)
    look()
    return { open, changes, jump, jumpTexts, firstHits, lastRow, webviewBytes, queryBytes: queryPeakBytes() }
  } finally {
    await workbench.close()
  }
}

/** Opens the list of the run by the palette; `open` is how long that took until rows were drawn. */
export async function openInspector(workbench: Workbench): Promise<{ open: number; frame: Frame }> {
  await showTree(workbench)
  return chooseInspector(workbench)
}

async function showTree(workbench: Workbench): Promise<void> {
  await workbench.openView('Rollout Lab')
  await workbench.tree().filter({ hasText: RUN_NAME }).first().waitFor()
}

async function chooseInspector(workbench: Workbench): Promise<{ open: number; frame: Frame }> {
  const { page } = workbench
  await page.keyboard.press('F1')
  await page.locator('.quick-input-widget input').fill('>Rollout Lab: Open Trace Inspector')
  const row = page.locator('.quick-input-list .monaco-list-row', { hasText: 'Open Trace Inspector' }).first()
  await row.waitFor()
  const start = Date.now()
  await row.click()
  const frame = await workbench.view('lab-inspector')
  await addProbe(frame)
  return { open: (await frame.evaluate<number>('labProbe.when(() => labProbe.state().drawn.length > 0)')) - start, frame }
}

/** As the filter panel, the histogram and the headings of the columns tell it. */
const change = (wanted: { filter?: RolloutFilter; sort?: RolloutSort }): string =>
  `document.querySelector('lab-inspector').shadowRoot.querySelector('lab-list-pane').dispatchEvent(new CustomEvent('listchange', { detail: ${JSON.stringify(wanted)} }))`

async function changeOften(frame: Frame): Promise<number[]> {
  const changes: number[] = []
  for (const sort of SORTS) changes.push(await timeInPage(frame, change({ filter: {}, sort }), LISTED))
  for (const filter of FILTERS) changes.push(await timeInPage(frame, change({ filter, sort: { by: 'recorded', descending: true } }), LISTED))
  return changes
}

const jumpTo = (share: number): string =>
  `const grid = probe.list().shadowRoot.querySelector('[role=grid]'); grid.scrollTop = ${share} * (grid.scrollHeight - grid.clientHeight)`

async function search(frame: Frame): Promise<number> {
  await frame.locator('#text input').fill('F00')
  const find = "[...document.querySelector('lab-inspector').shadowRoot.querySelector('lab-list-pane').shadowRoot.querySelectorAll('vscode-button')].find((button) => button.textContent.includes('Find')).click()"
  const hits = "(document.querySelector('lab-inspector').shadowRoot.querySelector('lab-list-pane').shadowRoot.querySelector('lab-search-hits')?.shadowRoot?.querySelectorAll('li').length ?? 0) > 0"
  return timeInPage(frame, find, hits)
}

/** Bytes of each page's process. The workbench and the pages of views may share one. */
function rendererBytes(): Map<number, number> {
  return new Map(memoryOfTree(process.pid).filter(({ pid }) => commandLine(pid).includes('--type=renderer')).map(({ pid, pssBytes }) => [pid, pssBytes]))
}

/** Largest resident set so far of the query process. */
function queryPeakBytes(): number {
  return Math.max(0, ...memoryOfTree(process.pid).filter(({ command }) => command.includes('queries.mjs')).map(({ pid }) => peakResidentBytes(pid)))
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    return '' // It ended meanwhile.
  }
}
