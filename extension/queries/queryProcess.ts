/** One query process and the connection to it. Free of `vscode`, so that it runs in plain tests. */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { createMessageConnection, ResponseError, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node'
import type { QueryNotices, QueryParams, QueryRequest, QueryResults } from '../../trainer/protocol/queries.ts'
import { QueryHostError } from './hostError.ts'

export interface QueryStart {
  /** The Node that runs it; ELECTRON_RUN_AS_NODE makes one of VS Code's program. */
  readonly node: string
  readonly args: readonly string[]
}

export interface QueryProcessEvents {
  readonly notice: <N extends keyof QueryNotices>(notice: N, value: QueryNotices[N]) => void
  /** It ended, by itself or because it was killed. */
  readonly ended: (why: string) => void
  /** A line that it printed for the log. */
  readonly said: (line: string) => void
}

const NOTICES: readonly (keyof QueryNotices)[] = ['changed', 'viewChanged', 'labelsChanged', 'searchHits']
/** What the process needs of the environment: no secrets, no proxies, no NODE_OPTIONS. */
const PASSED_ON = /^(PATH|HOME|USERPROFILE|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR|LANG|LC_.*|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|NODE_V8_COVERAGE)$/i

export class QueryProcess {
  /** The Node that runs it. */
  readonly node: string
  readonly #child: ChildProcess
  readonly #connection: MessageConnection
  #ended = false
  #answered = false

  constructor({ node, args }: QueryStart, events: QueryProcessEvents) {
    this.node = node
    this.#child = spawn(node, [...args], { stdio: ['pipe', 'pipe', 'pipe'], env: environment(), windowsHide: true })
    const reader = new StreamMessageReader(this.#child.stdout!)
    reader.partialMessageTimeout = 0
    const said = events.said
    this.#connection = createMessageConnection(reader, new StreamMessageWriter(this.#child.stdin!), { error: said, warn: said, info: () => undefined, log: () => undefined })
    for (const notice of NOTICES) this.#connection.onNotification(notice, (value: QueryNotices[typeof notice]) => events.notice(notice, value))
    this.#child.stderr!.setEncoding('utf8').on('data', (text: string) => said(text.trimEnd()))
    this.#child.stdin!.on('error', () => undefined)
    this.#child.once('error', (error) => this.#end(error.message, events))
    this.#child.once('exit', (code, signal) => this.#end(signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`, events))
    this.#connection.listen()
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** It ended and never answered: what runs it may not be able to. */
  get stillborn(): boolean {
    return this.#ended && !this.#answered
  }

  /** @throws QueryHostError */
  async ask<R extends QueryRequest>(request: R, parameters: QueryParams<R>, token?: CancellationToken): Promise<QueryResults[R]> {
    try {
      const answer = await (token === undefined ? this.#connection.sendRequest<QueryResults[R]>(request, parameters) : this.#connection.sendRequest<QueryResults[R]>(request, parameters, token))
      this.#answered = true
      return answer
    } catch (error) {
      if (error instanceof ResponseError && isErrorData(error.data)) this.#answered = true
      throw asHostError(error)
    }
  }

  /** Ends the process; nothing of what it does needs to be finished. */
  close(): void {
    this.#ended = true
    this.#connection.dispose()
    this.#child.kill('SIGKILL')
  }

  #end(why: string, events: QueryProcessEvents): void {
    if (this.#ended) return
    this.#ended = true
    this.#connection.dispose()
    events.ended(why)
  }
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name)))
  return { ...kept, ELECTRON_RUN_AS_NODE: '1' }
}

interface ErrorData {
  readonly boundary: string
  readonly code: string
  readonly remedy: string
  readonly place?: string
}

const isErrorData = (data: unknown): data is ErrorData =>
  typeof data === 'object' && data !== null && ['boundary', 'code', 'remedy'].every((key) => typeof (data as Record<string, unknown>)[key] === 'string')

function asHostError(error: unknown): QueryHostError {
  if (error instanceof ResponseError && isErrorData(error.data)) return new QueryHostError(error.message, error.data)
  const message = error instanceof Error ? error.message : String(error)
  return new QueryHostError(`The query process did not answer: ${message}`, { boundary: 'store', code: 'no-answer', remedy: 'Try again: the process is started anew.' })
}
