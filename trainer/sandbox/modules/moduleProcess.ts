import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { dirname } from 'node:path'
import type { Duplex } from 'node:stream'
import { createMessageConnection, ErrorCodes, NullLogger, ResponseError, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { MessageConnection } from 'vscode-jsonrpc/node'
import { LabError } from '../../errors.ts'
import { endGroup } from '../endGroup.ts'
import { scrubbedEnvironment } from '../scrubbedEnvironment.ts'
import { moduleHostProgram } from './moduleProgram.ts'
import { CallRequest, LoadRequest, PROTOCOL_STREAM } from './moduleRpc.ts'
import type { CallParams } from './moduleRpc.ts'
import { plainText } from './plainText.ts'
import type { ApprovedModule } from './trust.ts'

export interface ProcessLimits {
  /** Of V8's heap; memory outside of it (buffers) is not counted. */
  readonly heapMegabytes: number
  /** Of one answer. */
  readonly answerBytes: number
}

const TAIL = 2000

/** One child with one module. Ends for good when killed, when it exits or when it sends too much. */
export class ModuleProcess {
  readonly #child: ChildProcess
  readonly #connection: MessageConnection
  readonly #ended: Promise<never>
  #printed = ''
  #received = 0

  constructor(module: ApprovedModule, limits: ProcessLimits) {
    this.#child = startChild(module, limits)
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => { this.#printed = (this.#printed + text).slice(-TAIL) })
    }
    const stream = this.#child.stdio[PROTOCOL_STREAM] as Duplex
    stream.on('error', () => this.kill()).on('data', (chunk: Buffer) => this.#count(chunk.length, limits.answerBytes))
    const reader = new StreamMessageReader(stream)
    // The reader's own timer for unfinished messages would outlive the child.
    reader.partialMessageTimeout = 0
    this.#connection = createMessageConnection(reader, new StreamMessageWriter(stream), NullLogger)
    this.#connection.onError(() => this.kill())
    this.#ended = new Promise((_, reject) => {
      this.#child.once('error', (error) => reject(this.#died(error.message))).once('exit', (code, signal) => reject(this.#died(`exit ${code ?? signal}`)))
    })
    // Nobody may be waiting when it ends; whoever asks later still gets the rejection.
    this.#ended.catch(() => this.#connection.dispose())
    this.#connection.listen()
  }

  load({ entryUrl, sources, links }: ApprovedModule): Promise<null> {
    return this.#answer(this.#connection.sendRequest(LoadRequest, { entryUrl, sources, links }))
  }

  call(params: CallParams): Promise<unknown> {
    this.#received = 0
    return this.#answer(this.#connection.sendRequest(CallRequest, params))
  }

  /** Kills it with everything it started. */
  kill(): void {
    endGroup(this.#child)
  }

  async #answer<T>(response: Promise<T>): Promise<T> {
    return await Promise.race([response.catch((error: unknown): Promise<never> => this.#explain(error)), this.#ended])
  }

  /** An error that came over the wire is the module's; anything else says that the wire broke: the end of the process says why. */
  #explain(error: unknown): Promise<never> {
    if (!(error instanceof ResponseError) || error.code === ErrorCodes.PendingResponseRejected) {
      this.kill()
      return this.#ended
    }
    throw new LabError('sandbox', 'sandbox/module-threw', plainText(error.message), { cause: error, remedy: 'Correct the module.' })
  }

  #count(bytes: number, most: number): void {
    this.#received += bytes
    if (this.#received > most) this.kill()
  }

  #died(how: string): LabError {
    const tail = plainText(this.#printed.trim().slice(-300))
    return new LabError('sandbox', 'sandbox/died', `the module’s process ended (${how})${tail === '' ? '' : `: ${tail}`}`, {
      remedy: 'Correct the module: it exits, ran out of memory or sent too much.'
    })
  }
}

function startChild(module: ApprovedModule, limits: ProcessLimits): ChildProcess {
  const program = moduleHostProgram()
  return spawn(process.execPath, [`--max-old-space-size=${limits.heapMegabytes}`, ...program.execArgv, program.file], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    cwd: dirname(module.entry),
    env: scrubbedEnvironment(),
    // A group of its own: killed whole, and out of reach of the Ctrl-C meant for the trainer.
    detached: process.platform !== 'win32',
    windowsHide: true
  })
}
