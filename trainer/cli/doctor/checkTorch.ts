import type { Engine } from '../../engines/engine.ts'
import { findPython } from '../../engines/torch/findPython.ts'
import type { FoundPython } from '../../engines/torch/findPython.ts'
import { probePython } from '../../engines/torch/probePython.ts'
import type { ProbePython } from '../../engines/torch/probePython.ts'
import { pythonCandidates } from '../../engines/torch/pythonCandidates.ts'
import type { PythonSources } from '../../engines/torch/pythonCandidates.ts'
import { LabError } from '../../errors.ts'
import { devicesInWords, versionsInWords } from '../torch/pythonWords.ts'
import { sampleTiny } from './checkEngine.ts'
import { broken, found, missing } from './finding.ts'
import type { Finding } from './finding.ts'

const NAME = 'engine torch'

export interface TorchCheck {
  readonly sources: PythonSources
  /** Starts the engine on the Python that was found. */
  readonly open: () => Promise<Engine>
  readonly probe?: ProbePython
}

/** Finds the Python that a run would take, imports torch in it, and samples from a tiny model as a run would. */
export async function checkTorch({ sources, open, probe = probePython }: TorchCheck): Promise<Finding> {
  try {
    const { path, from } = await findPython(pythonCandidates(sources), { probe })
    // Importing torch takes seconds: what it finds and what the engine does are looked at side by side.
    const [seen, sampled] = await Promise.allSettled([findPython(pythonCandidates({ ...sources, chosen: { path, by: 'the search' } }), { probe, devices: true }), sampleTiny(open)])
    if (seen.status === 'rejected') throw seen.reason
    if (sampled.status === 'rejected') throw sampled.reason
    return found(NAME, `runs on ${sampled.value.device}; ${inWords({ ...seen.value, from })}`)
  } catch (error) {
    return LabError.is(error, 'engine/no-python') ? missing(NAME, error.message, error.remedy) : notWorking(error)
  }
}

const inWords = ({ path, from, report }: FoundPython): string => `${path}, ${from}: ${versionsInWords(report)}; ${devicesInWords(report)}`

function notWorking(error: unknown): Finding {
  if (!LabError.is(error)) return broken(NAME, error instanceof Error ? error.message : String(error), 'Report this: it is a fault of Rollout Lab.')
  const report = error.code === 'engine/missing-package' ? missing : broken
  return report(NAME, error.message, error.remedy)
}
