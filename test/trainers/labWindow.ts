/** A window of VS Code as far as trainers go: the hub over a private folder and a storage folder of the test. */
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FailedStart, LiveRun } from '../../extension/contracts/trainers.ts'
import { NO_PYTHONS } from '../../extension/trainers/machineVariables.ts'
import { chooseNode, ownNode } from '../../extension/trainers/nodeProgram.ts'
import type { NodeChoice } from '../../extension/trainers/nodeProgram.ts'
import type { Runtime } from '../../extension/trainers/runtimeCopy.ts'
import { newRunDirectory } from '../../extension/trainers/runDirectoryName.ts'
import { TrainerHub } from '../../extension/trainers/trainerHub.ts'
import { ensurePrivateFolder } from '../../trainer/control/privateFolder.ts'
import { listEntries } from '../../trainer/control/registry.ts'
import type { PartialText, RecordedNotice, TrainerEntry } from '../../trainer/protocol/control.ts'
import { RunEvent } from '../../trainer/protocol/events.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { isAlive } from '../process/labProcess.ts'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))
/** More steps than any test waits for. */
export const ENDLESS = 1_000_000

const FAKE_RUN: RunFileInput = {
  engine: 'fake', model: { contextLength: 128 }, environment: { name: 'arithmetic-chain' }, filter: { dropZeroVariance: false },
  steps: ENDLESS, problemsPerStep: 2, groupSize: 2, sampling: { maxTokens: 8 }, evaluation: { problems: 4, samples: 2, k: [1] }, checkpoint: { every: 1000 }
}

/** Windows of one user on one machine, with a workspace. */
export class Machine {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'rlt-')))
  readonly registry = ensurePrivateFolder(join(this.folder, 'p'))
  readonly runsFolder = join(this.folder, 'runs')
  /** The extension's own, of all windows. */
  readonly storage = join(this.folder, 'storage')
  readonly #windows: LabWindow[] = []

  runFile(fields: Partial<RunFileInput> = {}, name = 'a.run.json'): string {
    const file = join(this.folder, name)
    writeFileSync(file, JSON.stringify({ ...FAKE_RUN, ...fields }))
    return file
  }

  window(options: WindowOptions = {}): LabWindow {
    const window = new LabWindow(this, options, `window ${this.#windows.length + 1}`)
    this.#windows.push(window)
    return window
  }

  entries(): TrainerEntry[] {
    return listEntries(this.registry)
  }

  /** Ends every trainer and takes the folder away. */
  async remove(): Promise<void> {
    for (const window of this.#windows) window.hub.dispose()
    for (const { pid } of this.entries()) {
      if (isAlive(pid)) process.kill(pid, 'SIGKILL')
      await until(() => !isAlive(pid))
    }
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }
}

export const MACHINE_SETTINGS = { python: '', vllmPython: '', trustRemoteCode: false, device: 'auto', runsPerDevice: 1 }

export interface WindowOptions {
  readonly node?: NodeChoice
  readonly runtime?: Runtime | Promise<Runtime>
  readonly runsPerDevice?: number
  readonly trusted?: boolean
  readonly gpu?: boolean
}

export class LabWindow {
  readonly hub: TrainerHub
  readonly events: RunEvent[] = []
  readonly partials: PartialText[] = []
  readonly recorded: RecordedNotice[] = []
  readonly failures: string[] = []
  readonly failedStarts: FailedStart[] = []
  readonly said: string[] = []
  /** How often another window would have liked to steer. */
  asked = 0
  readonly #machine: Machine

  constructor(machine: Machine, options: WindowOptions, client: string) {
    this.#machine = machine
    const runtime = options.runtime ?? { folder: ROOT, version: '0.0.0', lab: join(ROOT, 'dist', 'lab.mjs') }
    this.hub = new TrainerHub({
      program: { runtime: async () => runtime, node: options.node ?? chooseNode({ own: testNode(machine) }), machine: () => ({ ...MACHINE_SETTINGS, runsPerDevice: options.runsPerDevice ?? 1 }), say: (message) => this.said.push(message) },
      folder: () => machine.registry, storage: machine.storage, client,
      runsPerDevice: () => options.runsPerDevice ?? 1,
      workspacePythons: async () => NO_PYTHONS,
      gpu: options.gpu ?? false,
      trusted: () => options.trusted ?? true,
      log: (line) => this.failures.push(line),
      times: { helloMilliseconds: 2000, pingMilliseconds: 100, hungMilliseconds: 2000 },
      lookMilliseconds: 50,
      listener: {
        changed: () => undefined,
        event: (_, event) => this.events.push(event),
        partial: (_, partial) => this.partials.push(partial),
        recorded: (_, recorded) => this.recorded.push(recorded),
        startFailed: (failed) => {
          this.failedStarts.push(failed)
          this.failures.push(`${failed.label}: ${String(failed.error)}`)
        },
        asked: () => (this.asked += 1)
      }
    })
  }

  async start(fields: Partial<RunFileInput> = {}, name?: string): Promise<{ directory: string; queued: boolean }> {
    const file = this.#machine.runFile(fields, name)
    return this.hub.start({ file, overrides: [], directory: newRunDirectory(file, this.#machine.runsFolder) })
  }

  run(directory: string): LiveRun | undefined {
    return this.hub.live.find((run) => run.directory === directory)
  }

  async untilConnection(directory: string, connection: LiveRun['connection']): Promise<LiveRun> {
    await until(() => this.run(directory)?.connection === connection)
    return this.run(directory)!
  }

  async untilStep(directory: string, step: number): Promise<void> {
    await until(() => (this.run(directory)?.lastEvent?.step ?? 0) >= step)
  }
}

/** Approvals and settings of the person who runs the tests stay out. */
export const testNode = (machine: Machine): ReturnType<typeof ownNode> => {
  const own = ownNode()
  return { ...own, env: { ...own.env, XDG_CONFIG_HOME: join(machine.folder, 'configuration') } }
}

/** How long that takes is decided by the runner's own time limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10)
}

export const recordedEvents = (directory: string): RunEvent[] =>
  readFileSync(join(directory, 'events.jsonl'), 'utf8').split('\n').slice(0, -1).map((line) => RunEvent.parse(JSON.parse(line)))

export const finishedSteps = (events: readonly RunEvent[]): number[] => events.flatMap((event) => (event.type === 'stepFinished' ? [event.step] : []))
