/** A Python program that stands still where it prints `at <name>`, until it is told to go on. */
import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const packageFolder = fileURLToPath(new URL('../../trainer/engines/torch', import.meta.url))
/** A Python with PyTorch and transformers, as the test script found it. */
const withTorch = process.env['ROLLOUT_LAB_PYTHON'] || undefined

/** Any Python that can import the package: live attach needs nothing else. */
export const anyPython: string | undefined = [withTorch, 'python3', 'python'].find((python) => python !== undefined && finds(python, 'rollout_lab.live'))
/** A Python that has TRL too. */
export const pythonWithTrl: string | undefined = withTorch !== undefined && finds(withTorch, 'trl') && finds(withTorch, 'datasets') ? withTorch : undefined

function finds(python: string, module: string): boolean {
  const program = `import sys, importlib.util; sys.exit(sys.version_info < (3, 10) or importlib.util.find_spec(${JSON.stringify(module)}) is None)`
  return spawnSync(python, ['-c', program], { stdio: 'ignore', env: { ...process.env, PYTHONPATH: packageFolder } }).status === 0
}

export interface ProgramEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly err: string
}

export class GatedProgram {
  readonly ended: Promise<ProgramEnd>
  readonly #child: ChildProcess
  readonly #passed: string[] = []
  readonly #waiting: { readonly place: string; readonly arrived: () => void; readonly failed: (error: Error) => void }[] = []

  constructor(python: string, script: string, args: readonly string[]) {
    const place = fileURLToPath(new URL(script, import.meta.url))
    this.#child = spawn(python, ['-B', place, ...args], {
      stdio: 'pipe', env: { ...process.env, PYTHONPATH: packageFolder, HF_HUB_OFFLINE: '1', CUDA_VISIBLE_DEVICES: '', PYTHONWARNINGS: 'ignore' }
    })
    let err = ''
    this.#child.stderr!.on('data', (text: Buffer) => { err = `${err}${text.toString()}`.slice(-20_000) })
    createInterface({ input: this.#child.stdout! }).on('line', (line) => this.#arrive(line))
    this.ended = new Promise((resolve, reject) => {
      this.#child.on('error', reject)
      this.#child.on('close', (code, signal) => {
        for (const { place: name, failed } of this.#waiting.splice(0)) failed(new Error(`the program ended (${code ?? signal}) before it was at ${name}:\n${err}`))
        resolve({ code, signal, err })
      })
    })
  }

  /** Waits until the program stands at this place. */
  at(place: string): Promise<void> {
    if (this.#passed.includes(place)) return Promise.resolve()
    return new Promise((arrived, failed) => void this.#waiting.push({ place, arrived, failed }))
  }

  go(): void {
    this.#child.stdin!.write('\n')
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  #arrive(line: string): void {
    if (!line.startsWith('at ')) return
    const place = line.slice(3)
    this.#passed.push(place)
    for (const waiting of this.#waiting.filter((one) => one.place === place)) {
      this.#waiting.splice(this.#waiting.indexOf(waiting), 1)
      waiting.arrived()
    }
  }
}
