import type { Engine, EngineFactory } from '../../engines/engine.ts'
import { findPython } from '../../engines/torch/findPython.ts'
import { pythonCandidates } from '../../engines/torch/pythonCandidates.ts'
import type { PythonSources } from '../../engines/torch/pythonCandidates.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { requirementsOf, startEngine } from '../engines.ts'
import { deviceKey, lockDevice } from './deviceLock.ts'

/** The engines of one run: its own, those started again, and those of its step reward models. */
export interface RunEngines {
  readonly start: EngineFactory
}

/**
 * Finds what the run's engine needs before anything of the run is made. An engine on a device that runs cannot share holds a
 * lock on it until it is closed.
 * @throws LabError of `findPython`
 */
export async function runEngines(run: ResolvedRun, directory: string, sources: PythonSources): Promise<RunEngines> {
  if (run.engine !== 'torch') return { start: (options) => startEngine(run.engine, options, () => sources) }
  const { path } = await findPython(pythonCandidates(sources), { extra: requirementsOf(run.torch) })
  const found: PythonSources = { ...sources, chosen: { path, by: 'the start of the run' } }
  return {
    start: async (options) => holdingDevice(await startEngine('torch', { ...options, torch: run.torch }, () => found), directory)
  }
}

/** The engine, with its run's lock on its device until it is closed. It is closed at once where the device is taken. */
export async function holdingDevice(engine: Engine, run: string, folder?: string): Promise<Engine> {
  try {
    const { device } = await engine.info()
    const lock = lockDevice(deviceKey(device), { run, places: runsPerDevice(), ...(folder !== undefined && { folder }) })
    return { ...engine, close: () => engine.close().finally(() => lock.release()) }
  } catch (error) {
    await engine.close()
    throw error
  }
}

function runsPerDevice(): number {
  const places = Number(process.env['ROLLOUT_LAB_RUNS_PER_DEVICE'] ?? 1)
  return Number.isInteger(places) && places >= 1 && places <= 16 ? places : 1
}
