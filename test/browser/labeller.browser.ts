import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Frame } from 'playwright-core'
import { LabelRecord } from '../../trainer/protocol/label.ts'
import { orphanReason } from '../../trainer/labels/anchors/checkAnchor.ts'
import { openLabelWriter } from '../../trainer/labels/store/labelLog.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { seriousFaults } from '../vscode/accessibility.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { writeTraceRun } from '../vscode/traceRun.ts'
import { THEMES } from '../vscode/workbench.ts'
import type { Theme, Workbench } from '../vscode/workbench.ts'

const STEPS = 12

describe('the labeller', function () {
  this.timeout(240_000)
  let session: Session
  let workbench: Workbench
  let page: Frame
  let folder: string
  let rollouts: readonly Rollout[]
  const milliseconds: number[] = []

  before(async () => {
    session = await startSession({ settings: { 'rolloutLab.labeler': 'ann' } })
    const run = await writeTraceRun(session.runsFolder, 'counting', STEPS + 8, STEPS)
    rollouts = run.rollouts
    folder = join(session.workspace, '.rollout-lab', 'labels', basename(run.directory))
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
    await workbench.command('Rollout Lab: Label Rollouts')
    page = await workbench.view('lab-labeller')
    await page.locator('.step').nth(STEPS - 1).waitFor()
  })
  after(async () => {
    const sorted = milliseconds.sort((a, b) => a - b)
    if (sorted.length > 0) console.log(`      from Ctrl+Enter to the lines on the disk: median ${sorted[sorted.length >> 1]?.toFixed(1)} ms, largest ${sorted.at(-1)?.toFixed(1)} ms, of ${sorted.length}`)
    await session.close()
  })
  pictureFailures(() => workbench)

  const files = (): string[] => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.jsonl')).map((name) => join(folder, name)) : [])

  /** Every line of every label file, as the schema reads it, in the order of their ids, which is that of time. */
  function onDisk(): LabelRecord[] {
    const lines = files().flatMap((file) => readFileSync(file, 'utf8').split('\n').filter((line) => line !== ''))
    return lines.map((line) => LabelRecord.parse(JSON.parse(line))).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** Waits until so many records are there; answers them and how long it took. */
  async function records(count: number, since: number): Promise<LabelRecord[]> {
    const lines = (): number => files().reduce((sum, file) => sum + readFileSync(file, 'latin1').split('\n').length - 1, 0)
    for (const until = Date.now() + 10_000; Date.now() < until; await wait(1)) {
      if (lines() < count) continue
      milliseconds.push(performance.now() - since)
      return onDisk()
    }
    throw new Error(`${onDisk().length} records are on the disk, not ${count}. The page says: ${await page.locator('footer').innerText()}`)
  }

  for (let error = 1; error <= STEPS; error++) {
    it(`takes verdict, first error and critique of a trace wrong at step ${error} with at most 8 keys beside the text`, async () => {
      const before = onDisk()
      let keys = 0
      const press = async (key: string): Promise<void> => {
        keys += key.split('+').filter((part) => part !== '').length
        await workbench.page.keyboard.press(key)
      }
      for (const key of error === 10 ? ['9', 'ArrowDown'] : [...String(error)]) await press(key)
      await press('-')
      await press('c')
      await page.locator('#writing').waitFor()
      await workbench.page.keyboard.insertText(`Step ${error} does not follow.`)
      const since = performance.now()
      await press('Control+Enter')
      const said = (await records(before.length + 5, since)).slice(before.length)
      assert.ok(keys <= 8, `${keys} keys`)
      const step = error - 1
      assert.deepEqual(said.map(({ opinion }) => opinion), [
        { kind: 'stepRating', rating: -1 }, { kind: 'critique', text: `Step ${error} does not follow.` }, { kind: 'firstError', step }, { kind: 'verdict', right: false }, { kind: 'completed' }
      ])
      const [rollout] = rollouts.filter(({ id }) => id === said[0]?.rollout)
      assert.ok(rollout)
      for (const record of said) {
        assert.equal(orphanReason(record, rollout), undefined)
        assert.deepEqual([record.labeler, record.source, record.blind, record.rollout, record.problemId], ['ann', { kind: 'human' }, true, rollout.id, rollout.problemId])
      }
      assert.equal(rollout.segments[0]?.text.slice(said[1]?.anchor.from, said[1]?.anchor.to), `${step} + 1 = ${error}`)
      await page.locator('header .place', { hasText: `item ${error + 1} of` }).waitFor()
      if (error === 3) await workbench.picture('labeller-next')
    })
  }

  it('hides reward, gold answer and verdict while it is blind, and shows them on i', async () => {
    assert.equal(await page.getByText('the verifier’s own words').count(), 0)
    await workbench.page.keyboard.press('i')
    await page.getByText('the verifier’s own words').first().waitFor()
    await workbench.picture('labeller-known')
    await workbench.page.keyboard.press('i')
    await page.getByText('the verifier’s own words').first().waitFor({ state: 'detached' })
  })

  it('takes the last commit back with z', async () => {
    const before = onDisk().length
    await workbench.page.keyboard.press('z')
    const all = await records(before + 5, performance.now())
    milliseconds.pop()
    const taken = all.slice(before).map(({ opinion }) => (opinion.kind === 'deleted' ? opinion.of : opinion.kind))
    assert.deepEqual(taken.sort(), all.slice(before - 5, before).map(({ id }) => id).sort())
    await page.getByText('The last commit was taken back.').waitFor()
    assert.equal(await page.locator('.step[class*="rated"]').count(), 0)
  })

  it('shows hostile text as text, and keeps what is half written over a reload', async () => {
    const hostile = '<img src=x onerror=alert(1)> \u202edrow[31m'
    await workbench.page.keyboard.press('2')
    await workbench.page.keyboard.press('-')
    await workbench.page.keyboard.press('c')
    await page.locator('#writing').waitFor()
    await workbench.page.keyboard.insertText(hostile)
    await page.waitForTimeout(500)
    await workbench.reload()
    page = await workbench.view('lab-labeller')
    await page.locator('.said', { hasText: 'onerror' }).waitFor()
    assert.match(await page.locator('.said .words').innerText(), /<img src=x onerror=alert\(1\)> ⟨RLO⟩drow/)
    assert.equal(await page.locator('img').count(), 0)
    await workbench.picture('labeller-reloaded')
    const before = onDisk().length
    await page.locator('.step.here').click()
    await workbench.page.keyboard.press('Enter')
    const said = (await records(before + 4, performance.now())).slice(before)
    milliseconds.pop()
    assert.ok(said.some(({ opinion }) => opinion.kind === 'critique' && opinion.text === hostile))
  })

  it('compares two attempts at one problem', async () => {
    const before = onDisk().length
    await page.locator('label', { hasText: 'Pairs' }).locator('input').check()
    await page.locator('.attempt').nth(1).waitFor()
    await page.locator('.field.here').click()
    await workbench.page.keyboard.press('2')
    await workbench.page.keyboard.press('c')
    await page.locator('#writing').waitFor()
    await workbench.page.keyboard.insertText('It checks its sum.')
    await workbench.picture('labeller-pair')
    assert.deepEqual(await seriousFaults(page), [])
    await workbench.page.keyboard.press('Control+Enter')
    const [preference] = (await records(before + 1, performance.now())).slice(before)
    milliseconds.pop()
    assert.equal(preference?.opinion.kind, 'preference')
    assert.deepEqual([preference.opinion.preferred, preference.opinion.rationale], ['other', 'It checks its sum.'])
    const other = rollouts.find(({ id }) => preference.opinion.kind === 'preference' && id === preference.opinion.other.rollout)
    assert.equal(orphanReason(preference, rollouts.find(({ id }) => id === preference.rollout) ?? null, other ?? null), undefined)
    assert.equal(other?.problemId, preference.problemId)
  })

  it('shows the same in the inspector, which leads back to the labeller', async () => {
    await workbench.command('Rollout Lab: Open Trace Inspector')
    const inspector = await workbench.view('lab-inspector')
    await inspector.locator('.mark', { hasText: 'labels' }).first().waitFor()
    await inspector.locator('.row', { hasText: 'labels' }).first().click()
    const thread = inspector.locator('lab-threads .thread').first()
    await thread.waitFor()
    assert.match(await thread.innerText(), /Critique of step \d+[\s\S]*ann[\s\S]*(does not follow|onerror)/)
    assert.match(await inspector.locator('lab-trace .rating').first().innerText(), /ann: − bad/)
    await thread.scrollIntoViewIfNeeded()
    await workbench.picture('inspector-threads')
    assert.deepEqual(await seriousFaults(inspector), [])
    const step = /Critique of step (\d+)/.exec(await thread.innerText())?.[1]
    await inspector.locator('lab-threads').getByText('Label this rollout').click()
    page = await workbench.view('lab-labeller')
    await page.locator(`.step.rated--1[data-row="${Number(step) - 1}"] .said`).waitFor()
    assert.equal(await page.locator('.attempt').count(), 0)
  })

  it('shows what another labeler says meanwhile, and where the two disagree', async () => {
    await workbench.page.keyboard.press('i')
    const [own] = onDisk().filter(({ opinion }) => opinion.kind === 'preference')
    const said = onDisk().filter(({ opinion, rollout }) => opinion.kind === 'verdict' && !opinion.right && rollout !== own?.rollout)
    const writer = openLabelWriter({ folder, labeler: 'bob', writer: 'elsewhere' })
    try {
      writer.append(said.map(({ id: _, ...record }) => ({ ...record, id: randomUUID(), labeler: 'bob', at: new Date().toISOString(), opinion: { kind: 'verdict', right: true } })))
    } finally {
      writer.close()
    }
    await page.locator('.others', { hasText: 'bob ✓ right' }).waitFor()
    await workbench.picture('labeller-others')
    await workbench.page.keyboard.press('g')
    const dialog = page.locator('lab-agreement dialog')
    await dialog.getByText(/Disagreements to adjudicate/).waitFor()
    await dialog.getByText(/κ/).first().waitFor()
    assert.match(await dialog.innerText(), /κ[\s\S]*ann[\s\S]*bob/)
    await workbench.picture('labeller-agreement')
    assert.deepEqual(await seriousFaults(page), [])
    await workbench.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  })

  it('shows a draft as one, and counts it as the labeler’s only once it is accepted', async () => {
    const before = onDisk()
    const here = (await page.locator('.step.rated--1').getAttribute('data-row')) ?? ''
    const own = before.findLast(({ opinion, anchor, labeler }) => opinion.kind === 'critique' && labeler === 'ann' && anchor.step === Number(here))
    assert.ok(own)
    const draft = { ...own, id: randomUUID(), labeler: 'lab', at: new Date().toISOString(), draft: true, source: { kind: 'model', provider: 'critic', model: 'drafter' }, opinion: { kind: 'critique', text: 'What the model would say.' } } as const
    const writer = openLabelWriter({ folder, labeler: 'lab', writer: 'drafter' })
    try {
      writer.append([draft])
    } finally {
      writer.close()
    }
    await page.locator('.draft', { hasText: 'What the model would say.' }).waitFor()
    assert.match(await page.locator('.draft').innerText(), /Draft model drafter \(critic\)/)
    await workbench.picture('labeller-draft')
    await page.locator('.step.rated--1').click()
    await workbench.page.keyboard.press('a')
    await workbench.page.keyboard.press('Enter')
    await page.getByText('2 records on the disk').waitFor()
    const [accepted, decision] = onDisk().filter(({ id }) => id !== draft.id && !before.some((record) => record.id === id))
    assert.deepEqual([accepted?.opinion, accepted?.source, accepted?.replaces], [draft.opinion, { kind: 'human' }, own.id])
    assert.deepEqual(accepted?.suggestedBy, { draft: draft.id, how: 'accepted', source: draft.source })
    assert.deepEqual(decision?.opinion, { kind: 'decision', of: draft.id, decision: 'accepted' })
    await page.locator('.draft').waitFor({ state: 'detached' })
  })

  for (const theme of Object.keys(THEMES) as Theme[]) {
    it(`has no serious fault for axe-core in the ${theme} theme`, async () => {
      await workbench.theme(theme)
      page = await workbench.view('lab-labeller')
      await page.locator('.step, .attempt').first().waitFor()
      await workbench.picture(`labeller-${theme}`)
      assert.deepEqual(await seriousFaults(page), [])
    })
  }

  it('asks nothing of any other machine and reports no errors', () => {
    assert.deepEqual(workbench.requestsLeaving(), [])
    // What VS Code says of its own reload and of settings written beneath it.
    assert.deepEqual(workbench.errors.filter((error) => !/lifecycle/.test(error)), [])
  })
})
