import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface, type Interface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const script = fileURLToPath(new URL('./torch_arm.py', import.meta.url))

/** torch_arm.py as a living process: one request at a time, so that its repetitions can alternate with ours. */
export class PythonArm {
  private readonly child: ChildProcess
  private readonly lines: Interface
  private waiting: { resolve: (line: string) => void; reject: (error: Error) => void } | undefined
  private errors = ''

  constructor(python: string) {
    this.child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, HF_HUB_OFFLINE: '1', TRANSFORMERS_VERBOSITY: 'error' } })
    this.lines = createInterface({ input: this.child.stdout! })
    this.lines.on('line', (line) => this.waiting?.resolve(line))
    this.child.stderr!.on('data', (chunk: Buffer) => (this.errors = (this.errors + chunk.toString()).slice(-4000)))
    this.child.on('exit', (code) => this.waiting?.reject(new Error(`torch_arm.py ended with ${code}: ${this.errors}`)))
  }

  async request<T>(command: string, parameters: Record<string, unknown> = {}): Promise<T> {
    const answer = new Promise<string>((resolve, reject) => (this.waiting = { resolve, reject }))
    this.child.stdin!.write(`${JSON.stringify({ command, ...parameters })}\n`)
    return JSON.parse(await answer) as T
  }

  /** Seconds of one repetition. */
  async seconds(command: string, parameters: Record<string, unknown>): Promise<number> {
    return (await this.request<{ seconds: number }>(command, parameters)).seconds
  }

  close(): void {
    this.child.removeAllListeners('exit')
    this.child.kill()
  }
}
