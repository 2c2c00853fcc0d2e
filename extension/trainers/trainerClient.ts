import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { createMessageConnection, ResponseError, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { Logger, MessageConnection } from 'vscode-jsonrpc/node'
import type { z } from 'zod'
import { CONTROL_ERRORS, CONTROL_NOTICES, CONTROL_PROTOCOL, HelloResult, ProtocolMismatch, SteerResult } from '../../trainer/protocol/control.ts'
import type { ControlNotice, ControlRequest, TrainerEntry } from '../../trainer/protocol/control.ts'

export type TrainerNotice = { [N in ControlNotice]: { readonly notice: N; readonly params: z.infer<(typeof CONTROL_NOTICES)[N]> } }[ControlNotice]

export interface AttachOptions {
  /** Shown to the other windows. */
  readonly client: string
  readonly steer: boolean
  /** It steered before it let go. */
  readonly back?: boolean
  readonly helloMilliseconds: number
  readonly protocol?: number
  readonly onNotice: (notice: TrainerNotice) => void
  /** The connection has gone, for whatever reason. */
  readonly onClosed: () => void
}

export type Attached =
  | { readonly kind: 'attached'; readonly client: TrainerClient; readonly hello: HelloResult }
  /** Somebody listens and does not answer. */
  | { readonly kind: 'silent' }
  /** Nobody listens on the pipe. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'mismatch'; readonly theirs: ProtocolMismatch }
  /** What answers is not the trainer that the entry names. */
  | { readonly kind: 'stranger' }

export type SteerRequest = Exclude<ControlRequest, 'hello' | 'ping'>

/** Turns of the event loop without a message that mean there is none left. */
const SILENT_TURNS = 10
const quiet: Logger = { error: () => undefined, warn: () => undefined, info: () => undefined, log: () => undefined }

/** A window's end of the pipe of one trainer. */
export class TrainerClient {
  readonly #socket: Socket
  readonly #connection: MessageConnection
  #heard = 0

  constructor(socket: Socket, options: Pick<AttachOptions, 'onNotice' | 'onClosed'>) {
    this.#socket = socket
    const reader = new StreamMessageReader(socket)
    reader.partialMessageTimeout = 0
    this.#connection = createMessageConnection(reader, new StreamMessageWriter(socket), quiet)
    this.#connection.onNotification((method, params) => {
      this.#heard++
      const found = parseNotice(method, params)
      if (found) options.onNotice(found)
    })
    this.#connection.onError(() => this.close())
    socket.once('close', () => void this.#hearOut().then(options.onClosed))
    this.#connection.listen()
  }

  request(name: ControlRequest, params: object = {}): Promise<unknown> {
    return this.#connection.sendRequest(name, params)
  }

  async steer(name: SteerRequest): Promise<SteerResult> {
    return SteerResult.parse(await this.request(name))
  }

  /** Resolves once the trainer has answered. */
  async ping(): Promise<void> {
    await this.request('ping')
  }

  close(): void {
    this.#socket.destroy()
  }

  /** The connection hands out one message in each turn of the event loop: the last ones come after the pipe has closed. */
  async #hearOut(): Promise<void> {
    for (let silent = 0, heard = this.#heard; silent < SILENT_TURNS; silent++) {
      await new Promise((resolve) => setImmediate(resolve))
      if (heard !== this.#heard) silent = 0
      heard = this.#heard
    }
    this.#connection.dispose()
  }
}

/** A notice of a newer trainer that this window does not know is left out. */
function parseNotice(method: string, params: unknown): TrainerNotice | undefined {
  if (!Object.hasOwn(CONTROL_NOTICES, method)) return undefined
  const notice = method as ControlNotice
  const { data } = CONTROL_NOTICES[notice].safeParse(params)
  return data === undefined ? undefined : ({ notice, params: data } as TrainerNotice)
}

/** Connects to the trainer that an entry of the registry names and checks that it is this one. */
export async function attach(entry: TrainerEntry, options: AttachOptions): Promise<Attached> {
  const socket = await open(entry.pipe)
  if (!socket) return { kind: 'gone' }
  const client = new TrainerClient(socket, options)
  const { token } = entry
  const hello = { protocol: options.protocol ?? CONTROL_PROTOCOL, token, client: options.client.slice(0, 200), steer: options.steer, ...(options.back && { back: true }) }
  const answer = await inTime(options.helloMilliseconds, client.request('hello', hello).then(
    (result): Attached => greeted(entry, client, result),
    (error: unknown): Attached => turnedAway(error)
  ))
  if (answer?.kind !== 'attached') client.close()
  return answer ?? { kind: 'silent' }
}

function greeted(entry: TrainerEntry, client: TrainerClient, result: unknown): Attached {
  const hello = HelloResult.safeParse(result).data
  const same = hello && hello.pid === entry.pid && hello.runId === entry.runId && hello.directory === entry.directory
  return same ? { kind: 'attached', client, hello } : { kind: 'stranger' }
}

function turnedAway(error: unknown): Attached {
  if (!(error instanceof ResponseError)) return { kind: 'gone' }
  const theirs = error.code === CONTROL_ERRORS.protocol ? ProtocolMismatch.safeParse(error.data).data : undefined
  if (theirs) return { kind: 'mismatch', theirs }
  return Object.values<number>(CONTROL_ERRORS).includes(error.code) ? { kind: 'stranger' } : { kind: 'gone' }
}

/** Whether anything listens on the pipe. */
export async function answersCalls(pipe: string): Promise<boolean> {
  const socket = await open(pipe)
  socket?.destroy()
  return socket !== undefined
}

function open(pipe: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(pipe)
    socket.once('connect', () => resolve(socket))
    socket.on('error', () => {
      socket.destroy()
      resolve(undefined)
    })
  })
}

/** The result, or undefined where it is not there in time. */
export async function inTime<T>(milliseconds: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => (timer = setTimeout(() => resolve(undefined), milliseconds)))
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
