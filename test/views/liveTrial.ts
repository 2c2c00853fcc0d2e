import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, mkdirSync, copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import type { Frame } from 'playwright-core'
import { startSession } from '../vscode/session.ts'
import { Workbench } from '../vscode/workbench.ts'
import type { Written } from './liveWriter.ts'
import type { LoopDelay } from './loopMonitor.ts'
import { addProbe } from './pageProbe.ts'

/** How dashboard and inspector kept up with a run that was being written. Milliseconds. */
export interface LiveTrial {
  readonly rollouts: number
  readonly seconds: number
  /** Longest time for which a recorded rollout was not counted by the inspector, and a finished step not drawn by the dashboard. */
  readonly rolloutsBehind: number
  readonly stepsBehind: number
  /** Rollouts that the inspector counted in the end. */
  readonly shown: number
  /** Of each key typed, from the key to the next picture. */
  readonly keys: readonly number[]
  /** Longest delays of the extension host's event loop in each second. */
  readonly loopDelays: readonly Omit<LoopDelay, 'at'>[]
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))
const KEY_EVERY_MS = 400

/** Writes so many rollouts a second for so long, with a window that shows the dashboard and an inspector that follows. */
export async function liveTrial(perSecond: number, seconds: number): Promise<LiveTrial> {
  const scratch = mkdtempSync(join(tmpdir(), 'rollout-lab-live-'))
  const delays = join(scratch, 'delays.jsonl')
  const session = await startSession({ testDriver: true, environment: { ROLLOUT_LAB_LOOP_DELAYS: delays } })
  const writer = startWriter(join(session.runsFolder, 'live'), perSecond, seconds)
  try {
    const monitor = await bundleMonitor(scratch)
    const payload = [['extensionDevelopmentPath', `vscode-remote://127.0.0.1:${session.server.port}${monitor}`]] as const
    const workbench = await Workbench.open(session.browser, session.server, session.workspace, payload)
    const { dashboard, inspector } = await openViews(workbench)
    const begun = Date.now()
    writer.begin()
    await typeMeanwhile(inspector, writer.ended)
    // What was written last is to be shown too.
    const total = writer.written.at(-1)?.rollouts ?? 0
    await inspector.evaluate(`labProbe.when(() => labProbe.shown.at(-1)?.[1] === ${total})`)
    await dashboard.evaluate(`labProbe.when(() => labProbe.steps.at(-1)?.[1] === ${writer.written.at(-1)?.step ?? 0})`)
    const ended = Date.now()
    const [shown, steps] = await Promise.all([readLog(inspector, 'shown'), readLog(dashboard, 'steps')])
    const keys = await inspector.evaluate<[string, number, number][]>('labProbe.events')
    await workbench.picture('live')
    return {
      rollouts: total, seconds: (ended - begun) / 1000, shown: shown.at(-1)?.[1] ?? 0,
      rolloutsBehind: longestBehind(writer.written.map(({ at, rollouts }) => [at, rollouts]), shown),
      stepsBehind: longestBehind(writer.written.map(({ at, step }) => [at, step]), steps),
      keys: keys.filter(([, , at]) => at >= begun).map(([, duration]) => duration), loopDelays: readDelays(delays, begun, ended)
    }
  } finally {
    writer.process.kill()
    await session.close()
    rmSync(scratch, { recursive: true, force: true })
  }
}

type Log = readonly (readonly [number, number])[]

/** The longest that a number reached by the one log took until the other reached it. */
export function longestBehind(written: Log, shown: Log): number {
  let longest = 0
  let at = 0
  for (const [when, number] of written) {
    if (number === 0) continue
    while (at < shown.length && shown[at]![1] < number) at++
    const reached = shown[at]
    longest = Math.max(longest, (reached?.[0] ?? Infinity) - when)
  }
  return longest
}

const readLog = (frame: Frame, name: 'shown' | 'steps'): Promise<Log> => frame.evaluate<Log>(`labProbe.${name}`)

async function openViews(workbench: Workbench): Promise<{ dashboard: Frame; inspector: Frame }> {
  await workbench.openView('Rollout Lab')
  await workbench.tree().filter({ hasText: 'live' }).first().waitFor()
  await workbench.command('Rollout Lab: Open Dashboard')
  const dashboard = await workbench.view('lab-dashboard')
  await workbench.command('View: Split Editor Right')
  await workbench.command('Rollout Lab: Open Trace Inspector')
  const inspector = await workbench.view('lab-inspector')
  const follow = inspector.locator('vscode-checkbox', { hasText: 'Follow' })
  if ((await follow.getAttribute('aria-checked')) !== 'true') await follow.click()
  for (const frame of [dashboard, inspector]) {
    await addProbe(frame)
    await frame.evaluate('void labProbe.follow()')
  }
  return { dashboard, inspector }
}

/** Types into the field for text and moves in the list, turn about, until the writer has ended. */
async function typeMeanwhile(inspector: Frame, ended: Promise<unknown>): Promise<void> {
  let going = true
  const end = ended.finally(() => (going = false))
  const field = inspector.locator('#text input')
  for (let turn = 0; going; turn++) {
    await field.press(turn % 20 === 19 ? 'Control+A' : 'abcdefgh'[turn % 8]!)
    await inspector.page().waitForTimeout(KEY_EVERY_MS)
  }
  await end
}

function startWriter(directory: string, perSecond: number, seconds: number): { process: ChildProcess; written: Written[]; begin: () => void; ended: Promise<unknown> } {
  const child = spawn(process.execPath, ['--import', 'tsx', here('liveWriter.ts'), directory, String(perSecond), String(seconds)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const written: Written[] = []
  createInterface(child.stdout).on('line', (line) => written.push(JSON.parse(line) as Written))
  return { process: child, written, begin: () => void child.stdin.write('begin\n'), ended: once(child, 'exit') }
}

async function bundleMonitor(scratch: string): Promise<string> {
  const folder = join(scratch, 'monitor')
  mkdirSync(folder)
  await build({ entryPoints: [here('loopMonitor.ts')], outfile: join(folder, 'monitor.cjs'), bundle: true, platform: 'node', format: 'cjs', external: ['vscode'], logLevel: 'warning' })
  copyFileSync(here('loopMonitor/package.json'), join(folder, 'package.json'))
  return folder
}

function readDelays(file: string, from: number, to: number): LoopDelay[] {
  if (!existsSync(file)) throw new Error('The monitor in the extension host wrote nothing.')
  const lines = readFileSync(file, 'utf8').trim().split('\n').map((line) => JSON.parse(line) as LoopDelay)
  // A line tells of the second before it.
  return lines.filter(({ at }) => at - 1000 >= from && at <= to)
}
