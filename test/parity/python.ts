import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./reference.py', import.meta.url))
/** A Python with PyTorch and transformers, as the test script found it. */
const python = process.env['ROLLOUT_LAB_PYTHON']

interface Waiting {
  resolve(answer: string): void
  reject(error: Error): void
}

/** One Python serves all tests: importing PyTorch takes longer than most of them. It ends with this process's pipe. */
class ReferenceProcess {
  private readonly child: ChildProcess
  private readonly waiting: Waiting[] = []
  private complaints = ''

  constructor(program: string) {
    this.child = spawn(program, [script], {
      stdio: 'pipe', env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error', CUDA_VISIBLE_DEVICES: '' }
    })
    this.child.stderr!.on('data', (text: Buffer) => { this.complaints = `${this.complaints}${text.toString()}`.slice(-4000) })
    createInterface({ input: this.child.stdout! }).on('line', (line) => this.waiting.shift()?.resolve(line))
    this.child.on('close', (code) => this.fail(new Error(`reference.py ended with ${code}:\n${this.complaints}`)))
    this.child.on('error', (error) => this.fail(error))
    this.child.unref()
    for (const pipe of [this.child.stdin, this.child.stdout, this.child.stderr]) (pipe as Socket).unref()
  }

  private fail(error: Error): void {
    for (const { reject } of this.waiting.splice(0)) reject(error)
  }

  async ask(request: object): Promise<string> {
    const output = this.child.stdout as Socket
    output.ref()
    const answer = new Promise<string>((resolve, reject) => this.waiting.push({ resolve, reject }))
    this.child.stdin!.write(`${JSON.stringify(request)}\n`)
    return answer.finally(() => output.unref())
  }
}

let started: ReferenceProcess | undefined

/** Runs a command of reference.py. */
export async function reference<T>(command: string, request: object): Promise<T> {
  if (python === undefined) throw new Error('No Python with PyTorch and transformers')
  started ??= new ReferenceProcess(python)
  const answer = JSON.parse(await started.ask({ command, ...request })) as { result: T; error?: string }
  if (answer.error !== undefined) throw new Error(`reference.py, ${command}: ${answer.error}`)
  return answer.result
}

/** Describes tests that need PyTorch; without it each of them is counted as skipped. */
export function describeWithPython(title: string, tests: (this: Mocha.Suite) => void): void {
  const describeThem = python === undefined ? describe.skip : describe
  describeThem(`${title} (Python)`, function () {
    before(async function () {
      this.timeout(180_000)
      await reference('ready', {})
    })
    tests.call(this)
  })
}
