import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Frame } from 'playwright-core'
import { seriousFaults } from '../vscode/accessibility.ts'
import { until } from '../extensionHost/until.ts'
import { makeSampleRun } from '../vscode/sampleRun.ts'
import { pictureFailures } from '../vscode/failurePictures.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'
import { THEMES } from '../vscode/workbench.ts'
import type { Theme, Workbench } from '../vscode/workbench.ts'

/** Every page a person can see: how to get there from the run's tree, and what shows that it is drawn. */
const VIEWS: Readonly<Record<string, (workbench: Workbench) => Promise<Frame>>> = {
  dashboard: async (workbench) => {
    await workbench.command('Rollout Lab: Open Dashboard')
    const frame = await workbench.view('lab-dashboard')
    await frame.locator('lab-chart').first().waitFor()
    return frame
  },
  'inspector list': async (workbench) => {
    await workbench.command('Rollout Lab: Open Trace Inspector')
    const frame = await workbench.view('lab-inspector')
    await frame.locator('lab-rollout-list [role=row]').nth(1).waitFor()
    return frame
  },
  'inspector rollout': async (workbench) => {
    const frame = await VIEWS['inspector list']!(workbench)
    await frame.locator('lab-rollout-list [role=row]').nth(1).click()
    await frame.locator('lab-rollout-list [role=grid]').press('Enter')
    await frame.locator('lab-rollout-detail lab-trace').first().waitFor()
    return frame
  },
  playground: async (workbench) => {
    await workbench.command('Rollout Lab: Sample from Checkpoint…')
    const pick = workbench.page.locator('.quick-input-list .monaco-list-row').first()
    await pick.waitFor({ timeout: 5000 }).then(() => pick.click(), () => undefined)
    return workbench.view('lab-playground')
  }
}

describe('views', function () {
  this.timeout(300_000)
  let session: Session
  let workbench: Workbench
  let run: string
  before(async () => {
    session = await startSession()
    const stages = [{ name: 'sft', steps: 3, algorithm: { name: 'sft' } }, { name: 'rl' }]
    run = makeSampleRun(session.runsFolder, 'grpo--arithmetic-chain--a1', 6, 0, [`stages=${JSON.stringify(stages)}`, 'updatesPerStep=4'])
    workbench = await session.open()
    await workbench.openView('Rollout Lab')
    await workbench.tree().first().waitFor()
  })
  after(() => session.close())
  pictureFailures(() => workbench)
  beforeEach(() => workbench.closeEditors())

  for (const theme of Object.keys(THEMES) as Theme[]) {
    for (const [name, open] of Object.entries(VIEWS)) {
      it(`${name}: axe-core finds nothing serious in the ${theme} theme`, async () => {
        await workbench.theme(theme)
        const frame = await open(workbench)
        await workbench.picture(`${name.replace(' ', '-')}-${theme}`)
        assert.deepEqual(await seriousFaults(frame), [])
      })
    }
  }

  it('would be found out by axe-core if they had a fault', async () => {
    const frame = await VIEWS.playground!(workbench)
    await frame.evaluate("document.body.append(document.createElement('img'))")
    assert.match((await seriousFaults(frame)).join(), /image-alt/)
  })

  it('show each stage, lead from a step and from a check to its rollouts, smooth, zoom and export', async () => {
    let frame = await VIEWS.dashboard!(workbench)
    const chart = (id: string) => frame.locator(`lab-chart#${id}`)
    const plot = (id: string) => chart(id).locator('.plot')
    const back = async () => {
      await workbench.editorTab('Dashboard').click()
      frame = await workbench.view('lab-dashboard')
      await chart('reward').waitFor()
    }
    /** The list of the inspector, once it is of these filters; it must not be empty. */
    const listed = async (...filters: readonly string[]) => {
      const inspector = await workbench.view('lab-inspector')
      for (const filter of filters) await inspector.locator(`[aria-label="Remove filter: ${filter}"]`).waitFor()
      await inspector.locator('lab-rollout-list [role=row] [role=gridcell].step').first().waitFor()
    }

    // A stage that was trained before is one key away, on steps of its own.
    const stage = (name: string) => frame.getByRole('group', { name: 'Stage' }).getByRole('button', { name, exact: true })
    await stage('sft').press('Enter')
    await chart('loss').getByText('step 3 of sft').waitFor()
    assert.equal(await chart('reward').count(), 0)
    await workbench.picture('dashboard-stage')
    await stage('rl').press('Enter')
    await chart('loss').getByText('step 6 of rl').waitFor()

    // Evaluated at 0, 3 and 6: a click between two of them opens the nearer one.
    const over = chart('passAtK').locator('.u-over')
    const { width, height } = (await over.boundingBox())!
    await over.click({ position: { x: width * 0.38, y: height / 2 } })
    await listed('step 3', 'evaluation')
    await back()
    await plot('passAt1').press('Home')
    await plot('passAt1').press('Enter')
    await listed('step 0', 'evaluation')
    await back()
    await plot('reward').press('Home')
    await plot('reward').press('ArrowRight')
    await plot('reward').press('Enter')
    await listed('step 2', 'train')
    await colourByUpdate(await workbench.view('lab-inspector'))
    await back()

    // Zoomed in about the last step, and out again.
    await plot('reward').press('+')
    await frame.getByText('Steps 3 to 6').waitFor()
    await plot('reward').press('Escape')
    await frame.getByText('Steps 3 to 6').waitFor({ state: 'detached' })

    // Smoothed values are marked as such; the number beside the name stays the recorded one.
    await frame.getByRole('slider', { name: 'Smoothing' }).press('End')
    await chart('reward').getByText('EMA 0.99').waitFor()
    await chart('reward').getByText('step 6 of rl, not smoothed').waitFor()

    const checks = frame.locator('lab-diagnosis')
    await checks.locator('summary').press('Enter')
    const links = checks.getByRole('button', { name: /^Show the rollouts behind/ })
    await links.first().waitFor()
    assert.deepEqual((await checks.locator('li').allInnerTexts()).filter((text) => !/\d/.test(text)), [], 'each with the numbers it rests on')
    assert.equal(await links.count(), await checks.locator('li').count())
    for (const theme of ['light', 'dark'] as const) {
      await workbench.theme(theme)
      await workbench.picture(`dashboard-checks-${theme}`)
      assert.deepEqual(await seriousFaults(frame), [])
    }
    await checks.getByRole('button', { name: 'Show the rollouts behind: Gradients and ratios' }).press('Enter')
    await listed('train')
    await back()

    await frame.getByRole('button', { name: 'Export CSV' }).press('Enter')
    // The dialog takes keys from when it has listed the folder.
    await workbench.page.locator('.quick-input-list .monaco-list-row', { hasText: '.rollout-lab' }).waitFor()
    await workbench.page.locator('.quick-input-widget input').press('Enter')
    const file = await until('the file is written', () => readdirSync(session.workspace).find((name) => name.endsWith('-metrics.csv') && readFileSync(join(session.workspace, name), 'utf8').endsWith('\r\n')))
    const [header, ...rows] = readFileSync(join(session.workspace, file), 'utf8').trim().split('\r\n').map((line) => line.split(','))
    assert.deepEqual(header!.slice(0, 5), ['run', 'seed', 'stage', 'step', 'seconds'])
    assert.deepEqual(rows.map(([, , name, step]) => `${name} ${step}`), ['sft 1', 'sft 2', 'sft 3', 'rl 1', 'rl 2', 'rl 3', 'rl 4', 'rl 5', 'rl 6'])
  })

  /** Tokens of a rollout that an update trained on, behind the step's first. */
  async function colourByUpdate(inspector: Frame): Promise<void> {
    const colours = inspector.locator('select[aria-label="Colour of tokens"]')
    const legend = inspector.locator('lab-token-legend .legend')
    await inspector.locator('lab-rollout-list [role=row] [role=gridcell].step').first().click()
    await until('a rollout of a later update is open', async () => {
      await inspector.locator('lab-trace').waitFor()
      if ((await colours.locator('option[value=clip]').count()) > 0) return true
      await workbench.page.keyboard.press('j')
      return false
    })
    for (const [colour, words] of [['ratio', 'under the policy that the update began with'], ['clip', 'cut the gradient of this token']] as const) {
      await colours.selectOption(colour)
      await legend.getByText(words).waitFor()
      for (const theme of ['light', 'dark'] as const) {
        await workbench.theme(theme)
        await workbench.picture(`tokens-${colour}-${theme}`)
      }
    }
    await workbench.page.keyboard.press('Escape')
  }

  it('lay runs over each other, name one that cannot be read, and say what they differ in', async () => {
    const other = join(session.runsFolder, 'grpo--arithmetic-chain--b2')
    const damaged = join(session.runsFolder, 'grpo--arithmetic-chain--c3')
    cpSync(run, other, { recursive: true })
    const record = JSON.parse(readFileSync(join(other, 'run.json'), 'utf8')) as { run: object }
    writeFileSync(join(other, 'run.json'), JSON.stringify({ ...record, runId: 'b2', run: { ...record.run, name: 'another', problemsPerStep: 5 } }))
    mkdirSync(damaged)
    writeFileSync(join(damaged, 'run.json'), '{"version":')
    await workbench.command('Rollout Lab: Refresh Runs')
    await workbench.tree().filter({ hasText: 'another' }).waitFor()
    await workbench.command('Rollout Lab: Compare Runs')
    await workbench.page.locator('.quick-input-widget input[placeholder="2 to 20 runs"]').waitFor()
    for (const name of ['grpo--arithmetic-chain--c3', 'another', 'arithmetic-chain,']) await workbench.page.locator(`.quick-input-list .monaco-list-row[aria-label*="${name}"]`).click()
    await workbench.page.locator('.quick-input-widget .monaco-button', { hasText: 'OK' }).click()
    await workbench.editorTab('Dashboard of 3 runs').click()
    const frame = await workbench.view('lab-dashboard')
    await frame.locator('lab-chart').first().waitFor()
    const differences = frame.locator('lab-compare')
    await differences.locator('summary').press('Enter')
    await differences.getByRole('columnheader', { name: 'another, seed 0' }).waitFor()
    await differences.getByText(/c3 is left out/).waitFor()
    assert.equal(await frame.locator('.banner', { hasText: 'c3' }).count(), 1)
    assert.equal(await frame.locator('lab-diagnosis').count(), 2)
    for (const theme of ['light', 'dark'] as const) {
      await workbench.theme(theme)
      await workbench.picture(`dashboard-compared-${theme}`)
      assert.deepEqual(await seriousFaults(frame), [])
    }
  })

  it('ask nothing of any other machine and report no errors', () => {
    assert.deepEqual(workbench.requestsLeaving(), [])
    assert.deepEqual(workbench.errors, [])
  })
})
