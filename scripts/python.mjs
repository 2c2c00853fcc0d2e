// The Python that the parity tests and comparisons run beside ours: an environment of the project's own, or one named by
// ROLLOUT_LAB_PYTHON. Never needed at run time.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
export const venv = join(root, '.venv')
const inVenv = process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python')

/** Path of a Python that imports torch and transformers, or undefined. */
export function findPython() {
  return [process.env.ROLLOUT_LAB_PYTHON, inVenv].filter((path) => path && existsSync(path)).find((python) => imports(python, 'torch, transformers'))
}

function imports(python, modules) {
  return spawnSync(python, ['-c', `import ${modules}`], { stdio: 'ignore' }).status === 0
}

const packages = ['torch==2.13.0', 'transformers==5.23.0', 'trl==1.16.0', 'datasets==5.2.0', 'accelerate==1.15.0', 'safetensors==0.8.0']
/** Runs the tests of the Python workspace that the samples hold. */
const testRunner = 'pytest==9.2.0'
/** The last TRL with a trainer of process reward models, beside the one that everything else uses and without its dependencies. */
const trlWithPrm = 'trl==1.13.0'
export const trlWithPrmFolder = join(venv, 'trl-with-prm')

function setUp() {
  const found = findPython()
  if (!found) {
    console.error('Making .venv with PyTorch and transformers …')
    run('python3', ['-m', 'venv', venv])
    install(inVenv, [packages[0]])
    install(inVenv, packages)
  }
  const python = found ?? inVenv
  if (!imports(python, 'pytest')) install(python, [testRunner])
  if (!existsSync(join(trlWithPrmFolder, 'trl'))) install(python, ['--no-deps', '--target', trlWithPrmFolder, trlWithPrm])
}

function install(python, args) {
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args])
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) setUp()
