/** The query process as the extension uses it: started when first asked, again when it dies. Free of `vscode`. */
import type { CancellationToken } from 'vscode-jsonrpc/node'
import { NO_DATABASE } from '../../trainer/protocol/queries.ts'
import type { QueryNotices, QueryParams, QueryRequest, QueryResults } from '../../trainer/protocol/queries.ts'
import type { NodeChoice } from '../trainers/nodeProgram.ts'
import { QueryHostError } from './hostError.ts'
import { QueryProcess } from './queryProcess.ts'

/** What is started: the program, under a Node that is replaced where it cannot run it (DuckDB is native code). */
export interface QueryProgram {
  readonly node: Pick<NodeChoice, 'current' | 'fallBack'>
  readonly args: readonly string[]
}

export interface WatchedPlaces {
  readonly runs: readonly string[]
  readonly folders: readonly string[]
}

export interface QueryClientEvents {
  readonly notice: <N extends keyof QueryNotices>(notice: N, value: QueryNotices[N]) => void
  /** It was started again after it had died: what it held is gone. */
  readonly restarted: () => void
  readonly said: (line: string) => void
}

/** A process that dies so often within a minute is not started again until the minute is over. */
const MOST_STARTS = 5
const WITHIN_MS = 60_000

export class QueryClient {
  readonly #program: QueryProgram
  readonly #events: QueryClientEvents
  readonly #watched = new Set<WatchedPlaces>()
  #process: QueryProcess | undefined
  /** Those that were left for another Node: what they were still asked goes there. */
  readonly #left = new WeakSet<QueryProcess>()
  #starts: number[] = []
  /** Whether there is another Node than the one that could not run it. */
  #otherNode: Promise<boolean> | undefined
  #closed = false

  constructor(program: QueryProgram, events: QueryClientEvents) {
    this.#program = program
    this.#events = events
  }

  get pid(): number | undefined {
    return this.#process?.pid
  }

  /** @throws QueryHostError */
  async ask<R extends QueryRequest>(request: R, parameters: QueryParams<R>, token?: CancellationToken): Promise<QueryResults[R]> {
    const process = this.#running()
    try {
      return await process.ask(request, parameters, token)
    } catch (error) {
      if (!(await this.#takesOver(process, error))) throw error
      return this.#running().ask(request, parameters, token)
    }
  }

  /** Whether another Node is to do what this process could not under its own: it ended at once, cannot load DuckDB, or was left meanwhile. */
  async #takesOver(process: QueryProcess, error: unknown): Promise<boolean> {
    if (this.#left.has(process)) return true
    if (process.stillborn) return this.#takeOtherNode()
    if (!hasNoDatabase(error) || !(await this.#takeOtherNode())) return false
    if (process.node === this.#program.node.current().execPath) return false
    if (this.#process === process) this.#leave(process)
    return true
  }

  #leave(process: QueryProcess): void {
    this.#left.add(process)
    process.close()
    this.#process = undefined
    if (this.#watched.size > 0) this.#running()
    this.#events.restarted()
  }

  /** Adds to what is watched; the union is what the process watches. Returns what takes it back. */
  watch(places: WatchedPlaces): () => void {
    this.#watched.add(places)
    const known = this.#process
    if (this.#running() === known) this.#tellWatched(known)
    return () => {
      if (this.#watched.delete(places) && this.#process !== undefined) this.#tellWatched(this.#process)
    }
  }

  close(): void {
    this.#closed = true
    this.#process?.close()
    this.#process = undefined
  }

  /** Whoever makes it start: a new process is told what is watched. */
  #running(): QueryProcess {
    if (this.#process) return this.#process
    const started = (this.#process = this.#start())
    if (this.#watched.size > 0) this.#tellWatched(started)
    return started
  }

  #start(): QueryProcess {
    if (this.#closed || !this.#mayStart()) throw this.#cannotStart()
    this.#starts.push(Date.now())
    const { node, args } = this.#program
    const started: QueryProcess = new QueryProcess({ node: node.current().execPath, args }, {
      notice: this.#events.notice, said: this.#events.said, ended: (why) => void this.#ended(started, why)
    })
    return started
  }

  #mayStart(): boolean {
    const now = Date.now()
    this.#starts = this.#starts.filter((at) => now - at < WITHIN_MS)
    return this.#starts.length < MOST_STARTS
  }

  #cannotStart(): QueryHostError {
    return new QueryHostError(this.#closed ? 'The query process was closed' : `The query process ended ${MOST_STARTS} times within a minute`, {
      boundary: 'store', code: 'not-running', remedy: this.#closed ? 'Reload the window.' : 'See the Rollout Lab log for what it said; close other large runs, then try again.'
    })
  }

  /** Started again at once where something is watched, so that views learn that they have to be opened anew. */
  async #ended(process: QueryProcess, why: string): Promise<void> {
    this.#process = undefined
    this.#events.said(`The query process ended: ${why}`)
    if (process.stillborn) await this.#takeOtherNode()
    if (this.#closed) return
    if (this.#watched.size > 0 && this.#mayStart()) this.#running()
    this.#events.restarted()
  }

  /** Looked for once. What went before it counts no longer. */
  #takeOtherNode(): Promise<boolean> {
    this.#otherNode ??= this.#fallBack()
    return this.#otherNode
  }

  async #fallBack(): Promise<boolean> {
    const first = this.#program.node.current()
    const found = await this.#program.node.fallBack()
    if (!found) return false
    this.#events.said(`${first.name} cannot run the query process, so ${found.name} does.`)
    this.#starts = []
    return true
  }

  #tellWatched(process: QueryProcess): void {
    const all = [...this.#watched]
    const union = (read: (places: WatchedPlaces) => readonly string[]): string[] => [...new Set(all.flatMap(read))]
    process.ask('runs/watch', { runs: union(({ runs }) => runs), folders: union(({ folders }) => folders) }).catch((error: unknown) => {
      this.#events.said(error instanceof Error ? error.message : String(error))
    })
  }
}

const hasNoDatabase = (error: unknown): boolean => error instanceof QueryHostError && error.code === NO_DATABASE
