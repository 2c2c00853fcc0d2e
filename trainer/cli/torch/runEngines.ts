import { existsSync } from 'node:fs'
import type { EngineFactory } from '../../engines/engine.ts'
import { findPython } from '../../engines/torch/findPython.ts'
import { pythonCandidates, workspacePythons } from '../../engines/torch/pythonCandidates.ts'
import type { PythonSources } from '../../engines/torch/pythonCandidates.ts'
import { LabError } from '../../errors.ts'
import type { ResolvedRun } from '../../protocol/runFile.ts'
import { requirementsOf, startEngine } from '../engines.ts'
import { deviceKey, lockDevice } from './deviceLock.ts'
import type { DeviceLock } from './deviceLock.ts'

/** The engines of one run: its own, those started again, and those of its step reward models. */
export interface RunEngines {
  readonly start: EngineFactory
  /** Lets other runs have the device. Engines are closed by those who started them. */
  close(): void
}

/**
 * Finds what the run's engine needs before anything of the run is made. The first engine on a device that runs cannot share takes
 * it for the run: one that dies leaves it to the next, not to another run.
 * @param folder of the run file. @throws LabError of `findPython`
 */
export async function runEngines(run: ResolvedRun, directory: string, sources: PythonSources, folder: string): Promise<RunEngines> {
  if (run.engine !== 'torch') return { start: (options) => startEngine(run.engine, options, () => sources), close: () => undefined }
  const { path } = await findPython(pythonCandidates(sources), { extra: requirementsOf(run.torch) })
    .catch((error: unknown) => { throw withHint(error, sources, folder) })
  const found: PythonSources = { ...sources, chosen: { path, by: 'the start of the run' } }
  return deviceHolder(directory, (options) => startEngine('torch', { ...options, torch: run.torch }, () => found))
}

/** An environment that lies at hand and is not trusted is worth a word. */
function withHint(error: unknown, sources: PythonSources, folder: string): unknown {
  const [leftAlone] = sources.chosen ? [] : workspacePythons([folder, process.cwd()]).filter((path) => existsSync(path))
  if (!LabError.is(error) || leftAlone === undefined || sources.trustedFolders.includes(folder)) return error
  const remedy = `${error.remedy.replace(/[.]?$/, '.')} ${leftAlone} was left alone: name it with --python, or trust the folder with --trust-workspace.`
  return new LabError(error.boundary, error.code, error.message, { remedy, cause: error, ...(error.place !== undefined && { place: error.place }) })
}

/** Engines of a run that has its device for itself from the first on. One that finds the device taken is closed at once. */
export function deviceHolder(run: string, startOne: EngineFactory, folder?: string): RunEngines {
  let held: DeviceLock | undefined
  const start: EngineFactory = async (options) => {
    const engine = await startOne(options)
    try {
      held ??= lockDevice(deviceKey(await engine.info()), { run, places: runsPerDevice(), ...(folder !== undefined && { folder }) })
      return engine
    } catch (error) {
      await engine.close()
      throw error
    }
  }
  return { start, close: () => held?.release() }
}

function runsPerDevice(): number {
  const places = Number(process.env['ROLLOUT_LAB_RUNS_PER_DEVICE'] ?? 1)
  return Number.isInteger(places) && places >= 1 ? places : 1
}
