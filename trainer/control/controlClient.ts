import type { Socket } from 'node:net'
import { createMessageConnection, ResponseError, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { Logger, MessageConnection } from 'vscode-jsonrpc/node'
import { z } from 'zod'
import { CONTROL_ERRORS, CONTROL_PROTOCOL, HelloParams } from '../protocol/control.ts'
import type { ControlRole, HelloResult, SteerResult } from '../protocol/control.ts'
import { NoticeQueue } from './noticeQueue.ts'
import type { Notice, QueuedNotice } from './noticeQueue.ts'
import type { Steerer, Steering } from './steering.ts'
import { sameToken } from './token.ts'

/** What the pipe serves: one run. */
export interface ControlledRun {
  readonly runtimeVersion: string
  describe(): Pick<HelloResult, 'runId' | 'directory' | 'state' | 'lastEvent' | 'metrics'>
  pause(): SteerResult
  continue(): SteerResult
  stop(): SteerResult
  stopNow(): SteerResult
}

export interface ClientParts {
  readonly run: ControlledRun
  readonly token: string
  readonly steering: Steering
  readonly limits: ControlLimits
  /** Called once, when the client has gone. */
  readonly gone: (client: ControlClient) => void
}

export interface ControlLimits {
  /** From the connection to a good `hello`. */
  readonly helloMilliseconds: number
  /** A stranger may send so much before it is turned away. */
  readonly helloBytes: number
  readonly queueSize?: number
}

const Introduction = z.object({ token: z.string(), protocol: z.number().int() })
const quiet: Logger = { error: () => undefined, warn: () => undefined, info: () => undefined, log: () => undefined }

/** One connection of the pipe. Nothing is answered before a good `hello`; what it is told waits in a bounded queue. */
export class ControlClient implements Steerer {
  readonly #parts: ClientParts
  readonly #socket: Socket
  readonly #connection: MessageConnection
  readonly #queue: NoticeQueue
  readonly #deadline: NodeJS.Timeout
  #hello: HelloParams | undefined
  #refused = false
  #left = false
  #pumping: Promise<void> | undefined

  constructor(socket: Socket, parts: ClientParts) {
    this.#parts = parts
    this.#socket = socket
    this.#queue = new NoticeQueue(parts.limits.queueSize)
    this.#deadline = setTimeout(() => this.drop(), parts.limits.helloMilliseconds).unref()
    socket.on('error', () => this.drop()).on('close', () => this.drop())
    socket.on('data', () => this.#limitStranger())
    const reader = new StreamMessageReader(socket)
    // The timer that waits for the rest of a cut message would keep this process alive.
    reader.partialMessageTimeout = 0
    this.#connection = createMessageConnection(reader, new StreamMessageWriter(socket), quiet)
    this.#connection.onError(() => this.drop())
    this.#connection.onRequest((method, params) => this.#answer(method, params))
    this.#connection.onNotification(() => (this.#hello ? undefined : this.drop()))
    this.#connection.listen()
  }

  get name(): string {
    return this.#hello?.client ?? ''
  }

  get wantsToSteer(): boolean {
    return this.#hello?.steer ?? false
  }

  get back(): boolean {
    return this.#hello?.back ?? false
  }

  roleChanged(role: ControlRole, holder: string | undefined): void {
    this.tell({ item: { notice: 'role', params: { role, ...(holder !== undefined && { holder }) } }, size: 300 })
  }

  asked(client: string): void {
    this.tell({ item: { notice: 'asked', params: { client } }, size: 300 })
  }

  /** Queues a notice; a client that does not read in time is let go. */
  tell(queued: QueuedNotice): void {
    if (!this.#hello || this.#left) return
    this.#queue.push(queued)
    if (this.#queue.overflowed) return this.drop()
    this.#startPump()
  }

  /** Resolves once all that waits has been sent, or the client has gone. */
  async drained(): Promise<void> {
    while (this.#pumping) await this.#pumping
  }

  /** Lets the client go, after what has been sent so far. */
  end(): void {
    this.#socket.end()
    // A client that does not close its end keeps no trainer alive.
    this.#socket.unref()
    this.#leave()
  }

  drop(): void {
    this.#socket.destroy()
    this.#leave()
  }

  #leave(): void {
    if (this.#left) return
    this.#left = true
    clearTimeout(this.#deadline)
    this.#connection.dispose()
    this.#parts.gone(this)
  }

  /** What is queued while the last pump is on its way out is sent by the next. */
  #startPump(): void {
    this.#pumping ??= this.#pump().finally(() => {
      this.#pumping = undefined
      if (this.#queue.length > 0 && !this.#left) this.#startPump()
    })
  }

  async #pump(): Promise<void> {
    try {
      for (let item = this.#queue.take(); item && !this.#left; item = this.#queue.take()) await this.#send(item)
    } catch {
      // A connection that cannot take it has lost its reader.
      this.drop()
    }
  }

  #send({ notice, params }: Notice): Promise<void> {
    return this.#connection.sendNotification(notice, params)
  }

  #limitStranger(): void {
    if (!this.#hello && this.#socket.bytesRead > this.#parts.limits.helloBytes) this.drop()
  }

  #answer(method: string, params: object | undefined | unknown[]): unknown {
    if (!this.#hello) return method === 'hello' ? this.#welcome(params) : this.#refuse(CONTROL_ERRORS.helloFirst, 'The first request must be hello.')
    switch (method) {
      case 'ping': return this.#pinged()
      case 'pause': return this.#steer(() => this.#parts.run.pause())
      case 'continue': return this.#steer(() => this.#parts.run.continue())
      case 'stop': return this.#steer(() => this.#parts.run.stop())
      case 'stopNow': return this.#steer(() => this.#parts.run.stopNow())
      case 'takeSteering': return this.#takeSteering()
      default: throw new ResponseError(-32601, `There is no request ${JSON.stringify(method.slice(0, 40))}.`)
    }
  }

  /** The token comes first: a stranger learns nothing, not even the version. */
  #welcome(params: unknown): HelloResult {
    const { run, token, steering } = this.#parts
    const introduction = Introduction.safeParse(params).data
    if (this.#refused || !introduction || !sameToken(introduction.token, token)) return this.#refuse(CONTROL_ERRORS.token, 'The token is not that of this trainer.')
    const hello = HelloParams.safeParse(params).data
    if (introduction.protocol !== CONTROL_PROTOCOL || !hello) {
      const data = { protocol: CONTROL_PROTOCOL, runtimeVersion: run.runtimeVersion, pid: process.pid }
      return this.#refuse(CONTROL_ERRORS.protocol, `This trainer speaks version ${CONTROL_PROTOCOL} of the control protocol, not ${introduction.protocol}.`, data)
    }
    clearTimeout(this.#deadline)
    this.#hello = hello
    steering.join(this)
    return {
      protocol: CONTROL_PROTOCOL, runtimeVersion: run.runtimeVersion, pid: process.pid, ...run.describe(),
      role: steering.roleOf(this), ...(steering.holder !== undefined && { holder: steering.holder })
    }
  }

  /** The connection stays until the deadline, so that the answer arrives; nothing more is answered on it. */
  #refuse(code: number, message: string, data?: object): never {
    this.#refused = true
    throw new ResponseError(code, message, data)
  }

  #pinged(): null {
    this.#parts.steering.stays(this)
    return null
  }

  #steer(act: () => SteerResult): SteerResult {
    const { steering } = this.#parts
    if (steering.roleOf(this) === 'steering') {
      const done = act()
      if (done.applied) steering.used()
      return done
    }
    const who = steering.holder === undefined ? 'Nobody' : `Another window (${steering.holder})`
    return { applied: false, reason: `${who} steers this run; take over steering first.` }
  }

  #takeSteering(): SteerResult {
    this.#parts.steering.take(this)
    return { applied: true }
  }
}
