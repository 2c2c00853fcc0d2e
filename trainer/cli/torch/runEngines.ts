import { existsSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import type { EngineFactory } from '../../engines/engine.ts'
import { findPython } from '../../engines/torch/findPython.ts'
import { pythonCandidates, workspacePythons } from '../../engines/torch/pythonCandidates.ts'
import type { PythonSources } from '../../engines/torch/pythonCandidates.ts'
import { LabError } from '../../errors.ts'
import { RunStopped } from '../../orchestrator/cancellation.ts'
import type { RunControl } from '../../orchestrator/cancellation.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { requirementsOf, startEngine } from '../engines.ts'
import { deviceKey, lockDevice } from './deviceLock.ts'
import type { DeviceLock } from './deviceLock.ts'

/** A run that waits looks again so often whether its device is free. */
const LOOK_MILLISECONDS = 1000

/** What ends the waiting of a run for its device, other than the device. */
export type Waiting = Pick<RunControl, 'stopRequested' | 'signal'>

/** The engines of one run: its own, those started again, and those of its step reward models. */
export interface RunEngines {
  readonly start: EngineFactory
  /** Whether the run's own engine waits for a device that another run has. */
  readonly waits: boolean
  /** Lets other runs have the device. Engines are closed by those who started them. */
  close(): void
}

/**
 * Finds what the run's engine needs before anything of the run is made. The first engine on a device that runs cannot share takes
 * it for the run: one that dies leaves it to the next, not to another run.
 * @param folder of the run file. @param waiting where the run waits for a device that another one has. @throws LabError of `findPython`
 */
export async function runEngines(run: ResolvedRun, directory: string, sources: PythonSources, folder: string, waiting?: Waiting): Promise<RunEngines> {
  if (run.engine !== 'torch') return { start: (options) => startEngine(run.engine, options, () => sources), waits: false, close: () => undefined }
  const { path } = await findPython(pythonCandidates(sources), { extra: requirementsOf(run.torch) })
    .catch((error: unknown) => { throw withHint(error, sources, folder) })
  const found: PythonSources = { ...sources, chosen: { path, by: 'the start of the run' } }
  return deviceHolder(directory, (options) => startEngine('torch', { ...options, torch: run.torch }, () => found), { waiting })
}

/** An environment that lies at hand and is not trusted is worth a word. */
function withHint(error: unknown, sources: PythonSources, folder: string): unknown {
  const [leftAlone] = sources.chosen ? [] : workspacePythons([folder, process.cwd()]).filter((path) => existsSync(path))
  if (!LabError.is(error) || leftAlone === undefined || sources.trustedFolders.includes(folder)) return error
  const remedy = `${error.remedy.replace(/[.]?$/, '.')} ${leftAlone} was left alone: name it with --python, or trust the folder with --trust-workspace.`
  return new LabError(error.boundary, error.code, error.message, { remedy, cause: error, ...(error.place !== undefined && { place: error.place }) })
}

export interface DeviceHolderOptions {
  /** Default: a run that finds its device taken fails at once. */
  readonly waiting?: Waiting | undefined
  /** Of the locks. */
  readonly folder?: string
}

/**
 * Engines of a run that has its device for itself from the first on. One that finds the device taken is closed at once: an engine
 * takes memory of it although it waits. It is started again once the device is free, where the run waits and people are told.
 */
export function deviceHolder(run: string, startOne: EngineFactory, { waiting, folder }: DeviceHolderOptions = {}): RunEngines {
  let held: DeviceLock | undefined
  const lock = (device: string | undefined): DeviceLock => lockDevice(device, { run, places: runsPerDevice(), ...(folder !== undefined && { folder }) })
  const start: EngineFactory = async (options) => {
    const engine = await startOne(options)
    if (held) return engine
    let device: string | undefined
    try {
      device = deviceKey(await engine.info())
      // Step reward models start at once, beside each other.
      held ??= lock(device)
      return engine
    } catch (error) {
      await engine.close()
      if (!waiting || !options.onNotice || !LabError.is(error, 'engine/device-busy')) throw error
      options.onNotice({ kind: 'waitsForDevice', detail: error.message })
    }
    // Of several that waited beside each other the first one takes it for all.
    held = await whenFree(() => held ?? lock(device), waiting)
    return startOne(options)
  }
  return { start, waits: waiting !== undefined, close: () => held?.release() }
}

/** @throws RunStopped where people stop the run meanwhile. */
async function whenFree(lock: () => DeviceLock, waiting: Waiting): Promise<DeviceLock> {
  for (;;) {
    // An abort ends the pause early; what it means is asked below.
    await delay(LOOK_MILLISECONDS, undefined, { signal: waiting.signal }).catch(() => undefined)
    if (waiting.stopRequested) throw new RunStopped()
    try {
      return lock()
    } catch (error) {
      if (!LabError.is(error, 'engine/device-busy')) throw error
    }
  }
}

function runsPerDevice(): number {
  const places = Number(process.env['ROLLOUT_LAB_RUNS_PER_DEVICE'] ?? 1)
  return Number.isInteger(places) && places >= 1 ? places : 1
}
