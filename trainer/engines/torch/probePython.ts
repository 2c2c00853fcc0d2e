import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { z } from 'zod'
import { inherited, PASSED_ON } from '../engineChannel.ts'
import { PYTHON_FLAGS, PYTHON_INHERITS, pythonVariables, withUserPackages } from './pythonEnvironment.ts'

const Device = z.object({ kind: z.enum(['cuda', 'rocm', 'mps', 'cpu']), name: z.string(), memoryBytes: z.number().optional() })
export type Device = z.infer<typeof Device>

/** What a Python says of itself. */
const PythonReport = z.object({
  version: z.string(),
  /** Folder of the environment, or of the installation. */
  prefix: z.string(),
  /** Made for a purpose, so that packages may be installed into it: by venv, virtualenv, uv or conda. */
  isEnvironment: z.boolean(),
  /** By name; null = not installed. */
  packages: z.record(z.string(), z.string().nullable()),
  /** What torch can compute on, best first; asked for only where wanted. */
  devices: z.array(Device).optional(),
  /** What a package said that was imported and failed. */
  broken: z.string().optional()
})
export type PythonReport = z.infer<typeof PythonReport>

/** How asking a Python went. `silent`: it did not answer as Python 3 does, with what it printed. */
export type Probe = { readonly kind: 'absent' } | { readonly kind: 'silent'; readonly said: string } | { readonly kind: 'answered'; readonly report: PythonReport }

export interface ProbeOptions {
  /** Import torch too, and say what it finds: seconds instead of a tenth of one. */
  readonly devices?: boolean
  /** Import vLLM too. */
  readonly vllm?: boolean
  readonly signal?: AbortSignal
}

/** Asks a Python what it is and has. Never rejects. */
export type ProbePython = (python: string, options?: ProbeOptions) => Promise<Probe>

const MARK = 'rollout-lab-python:'
const ASKED = ['torch', 'transformers', 'safetensors', 'peft', 'accelerate', 'vllm', 'pip']

const SCRIPT = withUserPackages(`import json
try:
    from importlib.metadata import version
except ImportError:
    version = None
def installed(name):
    try:
        return version(name)
    except Exception:
        return None
report = {"version": ".".join(map(str, sys.version_info[:3])), "prefix": sys.prefix, "packages": {name: installed(name) for name in ${JSON.stringify(ASKED)}}}
report["isEnvironment"] = sys.prefix != sys.base_prefix or os.path.isdir(os.path.join(sys.prefix, "conda-meta"))
def devices(torch):
    found = []
    for i in range(torch.cuda.device_count()):
        properties = torch.cuda.get_device_properties(i)
        found.append({"kind": "rocm" if torch.version.hip else "cuda", "name": properties.name, "memoryBytes": properties.total_memory})
    if torch.backends.mps.is_available():
        found.append({"kind": "mps", "name": "Apple GPU"})
    return found + [{"kind": "cpu", "name": "CPU"}]
if "devices" in sys.argv:
    try:
        import torch, transformers
        report["devices"] = devices(torch)
    except Exception as error:
        report["broken"] = "%s: %s" % (type(error).__name__, str(error)[:500])
if "vllm" in sys.argv:
    try:
        import vllm
    except Exception as error:
        report["broken"] = "%s: %s" % (type(error).__name__, str(error)[:500])
print("${MARK}" + json.dumps(report))
`)

const QUICK_SECONDS = 20
/** Importing torch, or vLLM, from a cold disk. */
const IMPORT_SECONDS = 120

export const probePython: ProbePython = (python, { devices = false, vllm = false, signal } = {}) =>
  new Promise((resolve) => {
    const args = [...PYTHON_FLAGS, '-c', SCRIPT, ...(devices ? ['devices'] : []), ...(vllm ? ['vllm'] : [])]
    const options = {
      cwd: tmpdir(), env: { ...inherited(PASSED_ON), ...inherited(PYTHON_INHERITS), ...pythonVariables() }, timeout: (devices || vllm ? IMPORT_SECONDS : QUICK_SECONDS) * 1000,
      maxBuffer: 1_000_000, windowsHide: true, killSignal: 'SIGKILL' as const, ...(signal && { signal })
    }
    execFile(python, args, options, (error, stdout, stderr) => {
      if ((error as NodeJS.ErrnoException | null)?.code === 'ENOENT') resolve({ kind: 'absent' })
      else resolve(answerOf(stdout, stderr))
    })
  })

/** Packages may print when they are imported: the answer is the line that is marked. */
function answerOf(stdout: string, stderr: string): Probe {
  const line = stdout.split('\n').find((each) => each.startsWith(MARK))
  const parsed = line === undefined ? undefined : PythonReport.safeParse(parse(line.slice(MARK.length)))
  if (parsed?.success) return { kind: 'answered', report: parsed.data }
  return { kind: 'silent', said: lastLine(stderr) || lastLine(stdout) }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Cut off: the schema refuses it.
    return undefined
  }
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1)?.replace(/\p{C}/gu, ' ').slice(0, 300).trim() ?? ''
