import type * as vscode from 'vscode'
import { AbstractMessageReader, AbstractMessageWriter, CancellationTokenSource, createMessageConnection, ResponseError } from 'vscode-jsonrpc/node'
import type { CancellationToken, DataCallback, Message, MessageConnection } from 'vscode-jsonrpc/node'
import { isEnvelope } from '../../webviews/protocol/envelope.ts'

/** @param gone cancelled once the page that asked is no more, also where the request lasts */
export type RequestHandler = (params: unknown, token: CancellationToken, gone: CancellationToken) => unknown

export interface WebviewConnection extends vscode.Disposable {
  /** Does nothing while no page is loaded: a page asks for what it needs when it comes. */
  notify(name: string, payload: unknown): void
  /** Whether a page is there to be told something: its first question, `ready`, was answered and it is still in sight. */
  readonly listens: boolean
  /** The page is out of sight, and with that gone: cancels what it asked for. */
  pageGone(): void
}

/** A page as long as it is there. */
interface Load {
  readonly id: string
  readonly reader: LoadReader
  readonly connection: MessageConnection
  /** Cancelled when nobody is left to take an answer. */
  asking: CancellationTokenSource
  listens: boolean
}

/**
 * The host's end of the RPC with a page. Every load of the page gets a connection of its own: with the old one go its requests
 * in flight, which are cancelled but for those that `lasting` names. `onLoad` is called before the first request of a load is handled.
 */
export function connectWebview(webview: vscode.Webview, handlers: ReadonlyMap<string, RequestHandler>, onLoad: () => void, lasting: ReadonlySet<string> = new Set()): WebviewConnection {
  let current: Load | undefined
  const closing = new CancellationTokenSource()
  const end = () => {
    current?.asking.cancel()
    current?.connection.dispose()
    current = undefined
  }
  const connect = (id: string): Load => {
    end()
    onLoad()
    const reader = new LoadReader()
    const connection = createMessageConnection(reader, new LoadWriter(webview, id))
    const load: Load = { id, reader, connection, asking: new CancellationTokenSource(), listens: false }
    // A request without parameters is handed on with the token alone.
    for (const [name, handler] of handlers) {
      connection.onRequest(name, async (...given: unknown[]) => {
        const gone = load.asking.token
        const givenUp = [given.at(-1) as CancellationToken, lasting.has(name) ? closing.token : gone]
        const result = await answer((params, token) => handler(params, token, gone), given.length > 1 ? given[0] : undefined, givenUp)
        if (name === 'ready' && !gone.isCancellationRequested) load.listens = true
        return result
      })
    }
    connection.listen()
    return (current = load)
  }
  const listening = webview.onDidReceiveMessage((data: unknown) => {
    if (!isEnvelope(data)) return
    const live = current?.id === data.load ? current : connect(data.load)
    live.reader.receive(data.message as Message)
  })
  return {
    // A panel that is being closed takes no more notices, and nobody is left to miss them.
    notify: (name, payload) => void current?.connection.sendNotification(name, payload).catch(() => undefined),
    get listens() {
      return current?.listens ?? false
    },
    pageGone: () => {
      if (!current) return
      current.listens = false
      current.asking.cancel()
      // What a page says while it goes is still heard.
      current.asking = new CancellationTokenSource()
    },
    dispose: () => {
      listening.dispose()
      closing.cancel()
      end()
    }
  }
}

/** @param givenUp the request is cancelled when any of these is */
async function answer(handler: (params: unknown, token: CancellationToken) => unknown, params: unknown, givenUp: readonly CancellationToken[]): Promise<unknown> {
  const source = new CancellationTokenSource()
  const listening = givenUp.map((each) => each.onCancellationRequested(() => source.cancel()))
  try {
    return await handler(params, source.token)
  } catch (error) {
    throw source.token.isCancellationRequested ? new ResponseError(REQUEST_CANCELLED, 'given up') : toResponseError(error)
  } finally {
    listening.forEach((each) => each.dispose())
    source.dispose()
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
