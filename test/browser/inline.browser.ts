import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Locator } from 'playwright-core'
import type { Projection } from '../../extension/traces/projection.ts'
import { projectRollout } from '../../extension/traces/traceText.ts'
import { foldLabels } from '../../trainer/labels/store/foldLabels.ts'
import { LabelRecord } from '../../trainer/protocol/label.ts'
import type { Label, OpinionKind } from '../../trainer/protocol/label.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { until } from '../extensionHost/until.ts'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import type { Workbench } from '../vscode/workbench.ts'

const RUN = 'grpo--arithmetic-chain--a1'
/** Every letter and sign that is a key of traces stands in it. */
const CRITIQUE = '+0-=u e n v f c z j k . , i ? **not bold** <b>[x](command:quit)</b> 👩‍👧 שלום'

describe('labelling in the editor', function () {
  this.timeout(240_000)
  let session: Session
  let workbench: Workbench
  let directory: string
  let rollout: Rollout
  let projection: Projection
  before(async () => {
    session = await startSession({ settings: { 'rolloutLab.labeler': 'anna' } })
    directory = makeSampleRun(session.runsFolder, RUN, 2)
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
    await workbench.command('Rollout Lab: Next Trace to Label')
    rollout = await rolloutOf(directory, await openTrace())
    projection = projectRollout(rollout, 'arithmetic-chain')
  })
  after(() => session.close())
  afterEach(async function () {
    if (this.currentTest?.state === 'failed') await workbench.picture(`failed-inline-${this.currentTest.title.replace(/\W+/g, '-').slice(0, 60)}`)
  })

  const page = () => workbench.page
  const labelsFolder = () => join(session.workspace, '.rollout-lab', 'labels', RUN)
  const records = (): LabelRecord[] => {
    const files = existsSync(labelsFolder()) ? readdirSync(labelsFolder()).filter((name) => name.endsWith('.jsonl')) : []
    // What is behind the last line break is still being written.
    return files.flatMap((name) => readFileSync(join(labelsFolder(), name), 'utf8').split('\n').slice(0, -1)).map((line) => LabelRecord.parse(JSON.parse(line)))
  }
  /** Labels of this kind on the disk, folded. */
  const labels = <K extends OpinionKind>(kind: K) => foldLabels(records()).filter((label): label is Label & { opinion: { kind: K } } => label.opinion.kind === kind)
  const written = async <K extends OpinionKind>(kind: K, count: number) => {
    await until(`${count} labels of kind ${kind}`, () => labels(kind).length === count)
    return labels(kind)
  }
  const threads = (): Locator => page().locator('.review-widget:visible')
  /** Id of the rollout whose trace is in front. */
  const openTrace = async (): Promise<string> => {
    const tab = page().locator('.tabs-container .tab.active', { hasText: '.trace' })
    await tab.waitFor()
    await page().locator('.codelens-decoration').first().waitFor({ state: 'attached' })
    return (await tab.getAttribute('data-resource-name'))?.replace(/\.trace$/, '') ?? ''
  }
  /** Puts the cursor on the heading of this step, counted from 1, as keys do; 0 = the first line. */
  const toStep = async (step: number): Promise<void> => {
    await workbench.command('View: Focus Active Editor Group')
    await page().keyboard.press('Control+Home')
    for (let key = 0; key < step; key += 1) await page().keyboard.press('j')
    await page().locator('.statusbar-item', { hasText: `Ln ${step === 0 ? 1 : projection.steps[step - 1]!.heading + 1},` }).waitFor()
  }
  /** The document, as copying it gives. */
  const text = async (): Promise<string> => {
    await page().keyboard.press('Control+a')
    await page().keyboard.press('Control+c')
    const copied = await page().evaluate('navigator.clipboard.readText()')
    await page().keyboard.press('Control+Home')
    return String(copied).replaceAll('\r\n', '\n')
  }
  /** Writes into the editor of a comment once it has the focus, and keeps the text once it stands there. */
  const write = async (words: string, within = page().locator('.review-widget')): Promise<void> => {
    const editor = within.locator('.monaco-editor.focused')
    await editor.waitFor()
    await page().keyboard.insertText(words)
    await editor.filter({ hasText: words.trim().split(/\s+/)[0]! }).waitFor()
    await page().keyboard.press('Control+Enter')
  }

  it('shows a trace, with what can be said of each step', async () => {
    await workbench.command('View: Focus Active Editor Group')
    assert.equal(await text(), projection.text)
    await page().locator('.codelens-decoration', { hasText: 'first wrong step' }).first().waitFor()
    await workbench.picture('inline-trace')
  })

  it('rates steps by key: the first bad one is the first wrong one', async () => {
    await toStep(1)
    await page().keyboard.press('=')
    const [great] = await written('stepRating', 1)
    assert.deepEqual([great!.opinion.rating, great!.anchor.step, great!.labeler], [1, 0, 'anna'])
    await page().keyboard.press('j')
    await page().keyboard.press('-')
    await written('stepRating', 2)
    assert.deepEqual((await written('firstError', 1)).map(({ opinion }) => opinion.step), [1])
    assert.deepEqual((await written('verdict', 1)).map(({ opinion }) => opinion.right), [false])
    await page().locator('.cgmr').first().waitFor()
    await page().locator('.codelens-decoration', { hasText: 'bad' }).locator('.codicon-check').first().waitFor()
  })

  it('takes a critique of the step under the cursor, and no key of it for a rating', async () => {
    const before = records().length
    await toStep(2)
    await page().keyboard.press('c')
    await write(CRITIQUE)
    const [critique] = await written('critique', 1)
    const span = rollout.segments[0]!.spans.filter(({ kind }) => kind === 'step')[1]!
    assert.equal(critique!.opinion.text, CRITIQUE)
    assert.deepEqual([critique!.anchor.segment, critique!.anchor.from, critique!.anchor.to, critique!.anchor.step], [0, span.from, span.to, 1])
    assert.equal(records().length, before + 1)
    assert.ok(critique!.seconds > 0)
    await threads().locator('.comment-body', { hasText: '**not bold** <b>[x](command:quit)</b>' }).waitFor()
    assert.equal(await threads().locator('.comment-body a, .comment-body b, .comment-body strong').count(), 0)
    await workbench.picture('inline-critique')
  })

  it('takes a second one of a selection on the same line', async () => {
    await toStep(2)
    await page().keyboard.press('ArrowDown')
    await page().keyboard.press('Home')
    for (let unit = 0; unit < 3; unit += 1) await page().keyboard.press('Shift+ArrowRight')
    await workbench.command('Rollout Lab: Critique Selection')
    await write('of three characters')
    const selected = (await written('critique', 2)).find(({ opinion }) => opinion.text === 'of three characters')
    const span = rollout.segments[0]!.spans.filter(({ kind }) => kind === 'step')[1]!
    assert.deepEqual([selected!.anchor.from, selected!.anchor.to, selected!.anchor.step], [span.from, span.from + 3, 1])
  })

  it('replies, edits, resolves and deletes', async () => {
    await workbench.command('Comments: Expand All Comments')
    const thread = threads().filter({ hasText: 'of three characters' })
    await thread.locator('.review-thread-reply-button').click()
    await write('because of the carry')
    await until('the reply', () => labels('critique').some(({ replies }) => replies.some(({ opinion }) => opinion.kind === 'reply' && opinion.text === 'because of the carry')))
    const first = thread.locator('.review-comment', { hasText: 'of three characters' })
    await first.hover()
    await first.locator('.action-label[aria-label^="Edit"]').click()
    await write(' and more', first)
    await until('the edit', () => labels('critique').some(({ opinion }) => opinion.text.includes('and more')))
    const changed = threads().filter({ hasText: 'and more' })
    await changed.locator('.review-comment').first().locator('text=edited').waitFor()
    await changed.locator('.head .action-label[aria-label^="Resolve"]').click()
    await until('being resolved', () => labels('critique').some(({ resolved }) => resolved))
    const reply = changed.locator('.review-comment', { hasText: 'because of the carry' })
    // A resolved thread folds when the window hears of it, which may be after it was unfolded.
    await until('the thread unfolded', async () => {
      await workbench.command('Comments: Expand All Comments')
      return reply.isVisible()
    })
    await reply.hover()
    await reply.locator('.action-label[aria-label^="Delete"]').click()
    await until('the deletion', () => labels('critique').every(({ replies }) => replies.length === 0))
    await workbench.picture('inline-threads')
  })

  it('lists all in the Comments panel', async () => {
    await workbench.command('Comments: Focus on Comments View')
    const rows = page().locator('.comments-panel .monaco-list-row')
    await rows.filter({ hasText: '**not bold**' }).waitFor()
    await rows.filter({ hasText: 'and more' }).waitFor()
    assert.ok(await rows.filter({ hasText: 'anna' }).count() >= 2)
  })

  it('shows the reward with its parts under the pointer', async () => {
    await toStep(0)
    for (let line = 0; line < 6; line += 1) await page().keyboard.press('ArrowDown')
    await workbench.command('Show or Focus Hover')
    const hover = page().locator('.monaco-hover:visible', { hasText: 'the sum of' })
    await hover.waitFor()
    for (const { name } of rollout.reward.parts) assert.match(await hover.innerText(), new RegExp(`${name}: `))
    await page().keyboard.press('Escape')
  })

  it('shows the same in the trace inspector', async () => {
    await toStep(1)
    await page().keyboard.press('i')
    const inspector = await workbench.view('lab-inspector')
    await inspector.getByText('**not bold** <b>[x](command:quit)</b>').first().waitFor()
    await inspector.getByText('and more').first().waitFor()
    await workbench.picture('inline-inspector')
    await workbench.command('View: Close Editor')
  })

  it('shows all of it again after a reload of the window', async () => {
    await page().locator('.tabs-container .tab', { hasText: '.trace' }).click()
    await workbench.reload()
    assert.equal(await openTrace(), rollout.id)
    // Threads reach the editor some time after it is open; those that come later are not expanded.
    const body = threads().locator('.comment-body', { hasText: '**not bold**' }).first()
    do await workbench.command('Comments: Expand All Comments')
    while (!(await body.waitFor({ timeout: 5000 }).then(() => true, () => false)))
    await page().locator('.cgmr').first().waitFor()
    await toStep(1)
  })

  it('is in the exported rows', () => {
    const out = join(session.workspace, 'rows')
    const lab = fileURLToPath(new URL('../../dist/lab.mjs', import.meta.url))
    execFileSync(process.execPath, [lab, 'labels', 'export', directory, '--labels', labelsFolder(), '--out', out], { encoding: 'utf8' })
    const rows = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) => /critiques.*\.jsonl$/.test(name)).flatMap((name) => readFileSync(join(out, name), 'utf8').trimEnd().split('\n'))
    const row = rows.map((line) => JSON.parse(line) as { response: string; critique: string }).find(({ critique }) => critique.includes(CRITIQUE))
    assert.ok(row, rows.join('\n'))
    assert.equal(row.response, rollout.segments[0]!.text)
  })

  it('undoes, completes, and goes to the next of the queue by one key', async () => {
    await toStep(1)
    await page().keyboard.press('f')
    await written('flag', 1)
    await page().keyboard.press('z')
    await written('flag', 0)
    await page().keyboard.press('Control+Enter')
    await written('completed', 1)
    await page().locator('.tabs-container .tab.active', { hasText: '.trace' }).filter({ hasNotText: rollout.id }).waitFor()
    const next = await openTrace()
    await page().locator('.statusbar-item', { hasText: '1 of ' }).waitFor()
    await workbench.command('View: Focus Active Editor Group')
    await page().keyboard.press('.')
    await page().locator('.tabs-container .tab.active', { hasText: '.trace' }).filter({ hasNotText: next }).waitFor()
    await page().keyboard.press(',')
    await page().locator('.tabs-container .tab.active', { hasText: next }).waitFor()
  })

  it('lists what was said of traces that are not open, and opens them there', async () => {
    await workbench.closeEditors()
    await workbench.reload()
    await workbench.command('Rollout Lab: Next Trace to Label')
    assert.notEqual(await openTrace(), rollout.id)
    await workbench.command('Comments: Focus on Comments View')
    await page().locator('.comments-panel .monaco-list-row', { hasText: '**not bold**' }).click()
    await page().locator('.tabs-container .tab.active', { hasText: rollout.id }).waitFor()
    await page().locator('.statusbar-item', { hasText: `Ln ${projection.steps[1]!.heading + 2},` }).waitFor()
    // Threads reach the editor some time after it is open; those that come later are not expanded.
    const body = threads().locator('.comment-body', { hasText: '**not bold**' }).first()
    do await workbench.command('Comments: Expand All Comments')
    while (!(await body.waitFor({ timeout: 5000 }).then(() => true, () => false)))
    await workbench.theme('dark')
    await workbench.picture('inline-panel')
  })

  it('shows what another labeler’s file says as soon as it lies there: hostile text as text, orphans and other ratings as such', async () => {
    const span = rollout.segments[0]!.spans.filter(({ kind }) => kind === 'step')[2]!
    const anchor = { ...(await written('stepRating', 2))[0]!.anchor, from: span.from, to: span.to, step: 2 }
    const said = [
      { opinion: { kind: 'stepRating', rating: -1 }, anchor },
      { opinion: { kind: 'critique', text: '\u001b[31m\u202e<img src=x onerror=alert(1)> [click](command:workbench.action.quit) $(bug)\n```\n# big' }, anchor },
      { opinion: { kind: 'critique', text: 'of another text' }, anchor: { ...anchor, textHash: 'f'.repeat(64) } }
    ]
    const lines = said.map((each, index) => JSON.stringify({
      version: 1, id: `mallory-${index}`, labeler: 'mallory', at: '2026-01-02T03:04:05.000Z', run: RUN, rollout: rollout.id, problemId: rollout.problemId, source: { kind: 'human' }, ...each
    }))
    writeFileSync(join(labelsFolder(), 'mallory-x1.jsonl'), `${lines.join('\n')}\n{"torn`)
    const rows = page().locator('.comments-panel .monaco-list-row', { hasText: 'mallory' })
    await until('two threads of mallory', async () => (await rows.count()) === 2)
    await workbench.command('Comments: Expand All Comments')
    await threads().filter({ hasText: 'Orphaned: written for another text' }).first().waitFor()
    await toStep(3)
    const critique = threads().locator('.comment-body', { hasText: '[click](command:workbench.action.quit) $(bug)' }).first()
    await critique.waitFor()
    assert.doesNotMatch(await critique.innerText(), /\u202e|\u001b/)
    assert.equal(await critique.locator('a, img, h1, pre, .codicon').count(), 0)
    await page().locator('.view-line', { hasText: '── step 3' }).first().waitFor()
    await workbench.picture('inline-others')
    await workbench.command('Show or Focus Hover')
    await page().locator('.monaco-hover:visible', { hasText: 'mallory: − bad' }).waitFor()
    await page().keyboard.press('Escape')
    // Nobody takes back or changes what others said.
    const others = threads().locator('.review-comment', { hasText: '[click]' }).first()
    await others.hover()
    assert.equal(await others.locator('.action-label[aria-label^="Edit"], .action-label[aria-label^="Delete"]').count(), 0)
  })

  it('asks nothing of any other machine', () => {
    assert.deepEqual(workbench.requestsLeaving(), [])
  })
})

/** A rollout of a run, by its id. */
async function rolloutOf(directory: string, id: string): Promise<Rollout> {
  const step = Number(/^t0*(\d+)\./.exec(id)?.[1])
  const run = await openRun(directory)
  try {
    const found = (await run.rollouts.readStep({ kind: 'train', step }))?.find((rollout) => rollout.id === id)
    assert.ok(found, `${id} is in no step of the run`)
    return found
  } finally {
    run.close()
  }
}
