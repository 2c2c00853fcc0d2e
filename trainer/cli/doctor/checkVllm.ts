import { probePython } from '../../engines/torch/probePython.ts'
import type { ProbePython } from '../../engines/torch/probePython.ts'
import type { PythonSources } from '../../engines/torch/pythonCandidates.ts'
import { compareVersions, specifier, VLLM } from '../../engines/torch/requirements.ts'
import { broken, found, missing } from './finding.ts'
import type { Finding } from './finding.ts'

const NAME = 'vLLM'
const ANOTHER = `Name a Python that has ${specifier(VLLM)}: --vllm-python, the setting rolloutLab.vllmPython or ROLLOUT_LAB_VLLM_PYTHON.`

/** Imports vLLM in the Python that is named for it, as a run would. Nothing is said where none is named. */
export async function checkVllm({ vllm }: PythonSources, probe: ProbePython = probePython): Promise<Finding[]> {
  if (!vllm) return []
  const named = `${vllm.path}, named by ${vllm.by},`
  const answer = await probe(vllm.path, { vllm: true })
  if (answer.kind === 'absent') return [missing(NAME, `${named} does not exist.`, ANOTHER)]
  if (answer.kind === 'silent') return [broken(NAME, `${named} did not answer as Python does${answer.said === '' ? '' : `; it said: ${answer.said}`}.`, ANOTHER)]
  const { version, packages: { [VLLM.name]: installed }, broken: failure } = answer.report
  const install = `uv pip install --python ${vllm.path} "${specifier(VLLM)}"`
  if (!installed) return [missing(NAME, `${named} (Python ${version}) lacks vllm.`, `Run: ${install}`)]
  if (compareVersions(installed, VLLM.atLeast) < 0) return [broken(NAME, `${named} has vllm ${installed}; ${VLLM.atLeast} or newer is needed.`, `Run: ${install}`)]
  if (failure !== undefined) return [broken(NAME, `${named} cannot import vllm ${installed}: ${failure}`, `Run: ${install} --reinstall`)]
  return [found(NAME, `${vllm.path}, named by ${vllm.by}: Python ${version}, vllm ${installed}`)]
}
