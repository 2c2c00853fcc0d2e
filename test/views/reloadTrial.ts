import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { openRun } from '../../trainer/stores/runDirectory.ts'
import { until } from '../extensionHost/until.ts'
import { startSession } from '../vscode/session.ts'
import type { Session } from '../vscode/session.ts'

/** What became of a run whose window was reloaded again and again. */
export interface ReloadTrial {
  /** Of each reload, seconds from the first picture of the new window until its inspector shows the run's rollouts again. */
  readonly inView: readonly number[]
  /** Of each reload, milliseconds from the loading of the extension until it is attached to the trainer, as it logs them. */
  readonly attached: readonly number[]
  readonly steps: readonly RecordedStep[]
  /** Requests of the pages that would have left the machine. */
  readonly leaving: readonly string[]
}

/** Rollouts of a sealed step, superseded ones left out: how many, and how many different ones. */
interface RecordedStep {
  readonly rollouts: number
  readonly distinct: number
}

const PROBLEMS = 4
const ATTEMPTS = 8
export const ROLLOUTS_PER_STEP = PROBLEMS * ATTEMPTS
/** Steps enough to outlast the reloads, small ones, with next to no evaluation before. */
const RUN_FILE = {
  name: 'reloaded', recipe: 'grpo', model: join(fileURLToPath(new URL('../../samples/models', import.meta.url)), 'arithmetic-chain'), environment: { name: 'arithmetic-chain' },
  steps: 100_000, problemsPerStep: PROBLEMS, groupSize: ATTEMPTS, sampling: { maxTokens: 56 }, evaluation: { problems: 4, samples: 1, every: 100_000 }
}

/** Starts a run, reloads its window at once, before it has a trainer, and then so many times while it trains. */
export async function reloadTrial(reloads: number): Promise<ReloadTrial> {
  const session = await startSession()
  try {
    writeFileSync(join(session.workspace, 'reloaded.run.json'), JSON.stringify(RUN_FILE))
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
    const inView: number[] = []
    for (let reload = 0; reload < reloads; reload += 1) {
      await workbench.reload()
      const drawn = Date.now()
      const inspector = await workbench.view('lab-inspector')
      await inspector.locator('lab-rollout-list [role=row], lab-live-texts').first().waitFor()
      await activeRun.waitFor()
      inView.push((Date.now() - drawn) / 1000)
    }
    await workbench.command('Rollout Lab: Stop')
    await activeRun.waitFor({ state: 'hidden' })
    return { inView, attached: logged(session).slice(-reloads), steps: await sealedSteps(session.runsFolder), leaving: workbench.requestsLeaving() }
  } finally {
    await session.close()
  }
}

/** The starts that windows keep for each other, as they stand in their file. */
function queued({ globalStorage }: Session): string {
  const file = join(globalStorage, 'queue.json')
  return existsSync(file) ? readFileSync(file, 'utf8') : ''
}

/** What each window so far logged of its start; the folders of their logs are named by the time. */
function logged({ server }: Session): number[] {
  const folder = join(server.directories.user, 'logs')
  const logs = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('Rollout Lab.log')).sort()
  return logs.flatMap((name) => [...readFileSync(join(folder, name), 'utf8').matchAll(/ trainers (\d+) ms after the start/g)].map(([, milliseconds]) => Number(milliseconds)))
}

/** Of the only run. */
async function sealedSteps(runsFolder: string): Promise<RecordedStep[]> {
  const [name] = readdirSync(runsFolder).filter((entry) => !entry.startsWith('.'))
  const run = await openRun(join(runsFolder, name ?? ''))
  try {
    const steps: RecordedStep[] = []
    for (let step = 1; run.rollouts.isSealed({ kind: 'train', step }); step += 1) {
      const rollouts = ((await run.rollouts.readStep({ kind: 'train', step })) ?? []).filter(({ superseded }) => !superseded)
      steps.push({ rollouts: rollouts.length, distinct: new Set(rollouts.map(({ group, sampleIndex }) => `${group} ${sampleIndex}`)).size })
    }
    return steps
  } finally {
    run.close()
  }
}
