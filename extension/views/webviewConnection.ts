import type * as vscode from 'vscode'
import { AbstractMessageReader, AbstractMessageWriter, createMessageConnection, ResponseError } from 'vscode-jsonrpc/node'
import type { CancellationToken, DataCallback, Message, MessageConnection } from 'vscode-jsonrpc/node'
import { isEnvelope } from '../../webviews/protocol/envelope.ts'

export type RequestHandler = (params: unknown, token: CancellationToken) => unknown

export interface WebviewConnection extends vscode.Disposable {
  /** Does nothing while no page is loaded: a page asks for what it needs when it comes. */
  notify(name: string, payload: unknown): void
}

/**
 * The host's end of the RPC with a page. Every load of the page gets a connection of its own: with the old one go its requests
 * in flight. `onLoad` is called before the first request of a load is handled.
 */
export function connectWebview(webview: vscode.Webview, handlers: ReadonlyMap<string, RequestHandler>, onLoad: () => void): WebviewConnection {
  let current: { load: string; reader: LoadReader; connection: MessageConnection } | undefined
  const connect = (load: string) => {
    current?.connection.dispose()
    onLoad()
    const reader = new LoadReader()
    const connection = createMessageConnection(reader, new LoadWriter(webview, load))
    // A request without parameters is handed on with the token alone.
    for (const [name, handler] of handlers) {
      connection.onRequest(name, (...given: unknown[]) => answer(handler, given.length > 1 ? given[0] : undefined, given.at(-1) as CancellationToken))
    }
    connection.listen()
    current = { load, reader, connection }
    return current
  }
  const listening = webview.onDidReceiveMessage((data: unknown) => {
    if (!isEnvelope(data)) return
    const live = current?.load === data.load ? current : connect(data.load)
    live.reader.receive(data.message as Message)
  })
  return {
    // A panel that is being closed takes no more notices, and nobody is left to miss them.
    notify: (name, payload) => void current?.connection.sendNotification(name, payload).catch(() => undefined),
    dispose: () => {
      listening.dispose()
      current?.connection.dispose()
      current = undefined
    }
  }
}

async function answer(handler: RequestHandler, params: unknown, token: CancellationToken): Promise<unknown> {
  try {
    return await handler(params, token)
  } catch (error) {
    throw token.isCancellationRequested ? new ResponseError(REQUEST_CANCELLED, 'given up') : toResponseError(error)
  }
}

const REQUEST_CANCELLED = -32800
const REQUEST_FAILED = -32803

/** Keeps the data of errors that come from the query process, and makes data of those meant for people. */
function toResponseError(error: unknown): ResponseError<unknown> {
  if (error instanceof ResponseError) return error as ResponseError<unknown>
  if (!(error instanceof Error)) return new ResponseError(REQUEST_FAILED, String(error))
  const { code, remedy, place, data } = error as Error & Record<'code' | 'remedy' | 'place' | 'data', unknown>
  return new ResponseError(REQUEST_FAILED, error.message, typeof remedy === 'string' ? { code, remedy, place } : data)
}

class LoadReader extends AbstractMessageReader {
  #callback: DataCallback | undefined

  listen(callback: DataCallback) {
    this.#callback = callback
    return { dispose: () => (this.#callback = undefined) }
  }

  receive(message: Message): void {
    this.#callback?.(message)
  }
}

class LoadWriter extends AbstractMessageWriter {
  readonly #webview: vscode.Webview
  readonly #load: string

  constructor(webview: vscode.Webview, load: string) {
    super()
    this.#webview = webview
    this.#load = load
  }

  async write(message: Message): Promise<void> {
    // Resolves to false where the page is hidden; it is then loaded anew and asks again.
    await this.#webview.postMessage({ load: this.#load, message })
  }

  end(): void {
    // The webview ends the connection, never the writer.
  }
}
