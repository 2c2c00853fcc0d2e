import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { until } from '../extensionHost/until.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'

/** Ten take minutes; ROLLOUT_LAB_RELOADS sets another number. */
const RELOADS = Number(process.env.ROLLOUT_LAB_RELOADS ?? 2)

const PROBLEMS = 4
const ATTEMPTS = 8
/** Steps enough to outlast the reloads, small ones, with next to no evaluation before. */
const RUN_FILE = {
  name: 'reloaded', recipe: 'grpo', model: join(fileURLToPath(new URL('../../samples/models', import.meta.url)), 'arithmetic-chain'), environment: { name: 'arithmetic-chain' },
  steps: 100_000, problemsPerStep: PROBLEMS, groupSize: ATTEMPTS, sampling: { maxTokens: 56 }, evaluation: { problems: 4, samples: 1, every: 100_000 }
}

/** Rollouts of every sealed step of the only run, superseded ones left out: how many, and how many different ones. */
async function sealedSteps(runsFolder: string): Promise<{ readonly rollouts: number; readonly distinct: number }[]> {
  const [name] = readdirSync(runsFolder).filter((entry) => !entry.startsWith('.'))
  const run = await openRun(join(runsFolder, name ?? ''))
  try {
    const steps: { rollouts: number; distinct: number }[] = []
    for (let step = 1; run.rollouts.isSealed({ kind: 'train', step }); step += 1) {
      const rollouts = ((await run.rollouts.readStep({ kind: 'train', step })) ?? []).filter(({ superseded }) => !superseded)
      steps.push({ rollouts: rollouts.length, distinct: new Set(rollouts.map(({ group, sampleIndex }) => `${group} ${sampleIndex}`)).size })
    }
    return steps
  } finally {
    run.close()
  }
}

/** The starts that windows keep for each other, as they stand in their file. */
function queued({ globalStorage }: Session): string {
  const file = join(globalStorage, 'queue.json')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

describe('window reload in the middle of a run', function () {
  this.timeout(300_000)
  let session: Session
  before(async () => {
    session = await startSession()
    writeFileSync(join(session.workspace, 'reloaded.run.json'), JSON.stringify(RUN_FILE))
  })
  after(() => session.close())

  it(`begins and goes on through ${RELOADS + 1} reloads, attached again, with every rollout recorded once`, async () => {
    const workbench = await session.open()
    const activeRun = workbench.page.locator('.statusbar-item[id*="rolloutLab.activeRun"]')
    await workbench.command('Rollout Lab: Start Run…')
    await workbench.pick('reloaded.run.json')
    // What is asked for and has no trainer yet is the next window's to start.
    await until('the start stands in the queue', () => queued(session).includes('reloaded.run.json'))
    await workbench.reload()
    await activeRun.waitFor()
    await workbench.command('Rollout Lab: Open Trace Inspector')
    await workbench.view('lab-inspector')
    const seconds: number[] = []
    for (let reload = 0; reload < RELOADS; reload += 1) {
      await workbench.reload()
      const shown = Date.now()
      const inspector = await workbench.view('lab-inspector')
      await inspector.locator('lab-rollout-list [role=row], lab-live-texts').first().waitFor()
      await activeRun.waitFor()
      seconds.push((Date.now() - shown) / 1000)
    }
    console.log(`      attached again after ${seconds.map((value) => value.toFixed(1)).join(', ')} s`)
    await workbench.command('Rollout Lab: Stop')
    await activeRun.waitFor({ state: 'hidden' })
    const steps = await sealedSteps(session.runsFolder)
    assert.ok(steps.length > 0, 'no step was sealed')
    assert.deepEqual(steps.filter(({ rollouts, distinct }) => rollouts !== PROBLEMS * ATTEMPTS || distinct !== rollouts), [])
    assert.deepEqual(workbench.requestsLeaving(), [])
    await workbench.close()
  })
})
