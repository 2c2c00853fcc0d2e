import { LabError } from '../../errors.ts'
import { judgePython, SET_UP } from './judgePython.ts'
import type { PythonFault } from './judgePython.ts'
import { probePython } from './probePython.ts'
import type { ProbeOptions, ProbePython, PythonReport } from './probePython.ts'
import type { PythonCandidate } from './pythonCandidates.ts'
import type { Requirement } from './requirements.ts'

/** A Python that has what the engine needs. */
export interface FoundPython extends PythonCandidate {
  readonly report: PythonReport
}

export interface Search extends ProbeOptions {
  /** What this run needs besides, such as peft. */
  readonly extra?: readonly Requirement[]
  readonly probe?: ProbePython
}

interface Refused {
  readonly candidate: PythonCandidate
  readonly fault: PythonFault
}

/**
 * The first of the candidates that has what the engine needs.
 * @throws LabError `engine/no-python`, `engine/python-version`, `engine/missing-package`, `engine/package-version` or
 * `engine/broken-package`: of the one chosen, or of the nearest, with the command that mends it.
 */
export async function findPython(candidates: readonly PythonCandidate[], { extra = [], probe = probePython, ...options }: Search = {}): Promise<FoundPython> {
  const refused: Refused[] = []
  for (const candidate of candidates) {
    const answer = await probe(candidate.path, options)
    const fault = judgePython(candidate.path, answer, extra)
    if (fault === undefined && answer.kind === 'answered') return { ...candidate, report: answer.report }
    if (fault) refused.push({ candidate, fault })
  }
  throw noneFits(refused)
}

function noneFits(refused: readonly Refused[]): LabError {
  const [nearest] = [...refused].sort((a, b) => b.fault.reached - a.fault.reached)
  if (!nearest) return new LabError('engine', 'engine/no-python', 'There is no Python to run PyTorch with.', { remedy: `${SET_UP}; it needs Python 3.10 or newer, or uv.` })
  const { candidate, fault } = nearest
  const others = refused.length === 1 ? '' : `. ${refused.length - 1} more ${refused.length === 2 ? 'was' : 'were'} tried: ${refused.filter((each) => each !== nearest).map(inWords).join('; ')}`
  return new LabError('engine', fault.code, `${inWords(nearest)}${others}.`, { place: candidate.path, remedy: fault.remedy })
}

const inWords = ({ candidate, fault }: Refused): string => `${candidate.path}, ${candidate.from}, ${fault.what}`
