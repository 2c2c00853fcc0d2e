import { AbstractMessageReader, AbstractMessageWriter } from 'vscode-jsonrpc/browser'
import type { DataCallback, Disposable, Message } from 'vscode-jsonrpc/browser'
import { isEnvelope } from '../protocol/envelope.ts'

/** What `acquireVsCodeApi()` returns; it can be called once in a page. */
export interface HostApi {
  postMessage(message: unknown): void
  getState(): unknown
  setState(state: unknown): void
}

/** Reads the messages of this load of the page; others are of a page that is no more. */
export class PageReader extends AbstractMessageReader {
  readonly #load: string

  constructor(load: string) {
    super()
    this.#load = load
  }

  listen(callback: DataCallback): Disposable {
    const onMessage = (event: MessageEvent<unknown>) => {
      if (isEnvelope(event.data) && event.data.load === this.#load) callback(event.data.message as Message)
    }
    window.addEventListener('message', onMessage)
    return { dispose: () => window.removeEventListener('message', onMessage) }
  }
}

export class PageWriter extends AbstractMessageWriter {
  readonly #load: string
  readonly #host: HostApi

  constructor(load: string, host: HostApi) {
    super()
    this.#load = load
    this.#host = host
  }

  write(message: Message): Promise<void> {
    this.#host.postMessage({ load: this.#load, message })
    return Promise.resolve()
  }

  end(): void {
    // The page ends with its window; there is nothing to close.
  }
}
