// The Python that the engine torch, the parity tests and the comparisons run in: an environment of the project's own, or one named by
// ROLLOUT_LAB_PYTHON.
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

/**
 * The versions that parity is tested with; pytest runs the tests of the Python workspace that the samples hold, and those of the engine. Triton
 * comes with PyTorch for NVIDIA alone, and interprets and compiles its kernels without a GPU.
 */
const packages = [
  'torch==2.13.0', 'transformers==5.23.0', 'trl==1.16.0', 'datasets==5.2.0', 'accelerate==1.15.0', 'safetensors==0.8.0', 'peft==0.21.2', 'pytest==9.2.0',
  ...(process.platform === 'linux' ? ['triton==3.7.1'] : [])
]
/** The last TRL with a trainer of process reward models, beside the one that everything else uses and without its dependencies. */
const trlWithPrm = 'trl==1.13.0'
export const trlWithPrmFolder = join(venv, 'trl-with-prm')

/** Everything that the tests and comparisons use, as `lab setup-torch` makes it. */
async function setUp() {
  const python = findPython() ?? inVenv
  const lacking = existsSync(python) ? packages.filter((spec) => !imports(python, moduleOf(spec))) : packages
  if (lacking.length > 0 && python === inVenv) await setUpTorch(['--device', 'default', ...packages.flatMap((spec) => ['--package', spec])])
  else if (lacking.length > 0) install(python, lacking)
  if (!existsSync(join(trlWithPrmFolder, 'trl'))) install(python, ['--no-deps', '--target', trlWithPrmFolder, trlWithPrm])
}

const moduleOf = (spec) => spec.split('==')[0]

/** Makes or completes the project's own environment. */
async function setUpTorch(options) {
  const { lab } = await import('./lab.mjs')
  const code = await lab(['setup-torch', '--into', venv, ...options])
  if (code !== 0) process.exit(code)
}

function install(python, args) {
  if (imports(python, 'pip')) run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...args])
  // Environments that uv made have none.
  else run('uv', ['pip', 'install', '--quiet', '--python', python, ...args])
}

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] })
  if (result.status !== 0) process.exit(result.status ?? 1)
}

// Tests import this file, also through loaders that take no top-level await.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const work = process.argv[2] === 'torch' ? setUpTorch(process.argv.slice(3)) : setUp()
  work.catch((error) => {
    console.error(error)
    process.exitCode = 1
  })
}
