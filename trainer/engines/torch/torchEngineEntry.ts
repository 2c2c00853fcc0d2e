import type { EngineEntry } from '../engineEntry.ts'
import { packageFolder, PYTHON_FLAGS, PYTHON_INHERITS, pythonVariables, withUserPackages } from './pythonEnvironment.ts'

/** Runs the package of the folder that is the first argument, as `python -m` would, from nowhere else. */
const RUN_PACKAGE = withUserPackages(`sys.path.insert(0, sys.argv.pop(1))
import runpy
runpy.run_module("rollout_lab", run_name="__main__", alter_sys=True)
`)

/** The PyTorch engine's program. @param python absolute path of the interpreter; @param folder holds the package `rollout_lab` */
export function torchEngineEntry(python: string, folder: string = packageFolder()): EngineEntry {
  return {
    file: folder,
    execArgv: [...PYTHON_FLAGS, '-c', RUN_PACKAGE],
    program: { path: python, folder, inherits: PYTHON_INHERITS, environment: pythonVariables() }
  }
}
