import { InferenceSession } from 'onnxruntime-node'
import { sessionOptions } from './sessionOptions.ts'
import type { Graph } from './graph.ts'

/**
 * Sessions by name, the least recently used released beyond a limit: each keeps the memory of its largest run, so their
 * number decides how much an engine takes.
 */
export class SessionCache {
  private readonly sessions = new Map<string, InferenceSession>()
  private readonly threads: number
  private readonly limit: number

  constructor(threads: number, limit: number) {
    this.threads = threads
    this.limit = limit
  }

  async get(name: string, build: () => Graph): Promise<InferenceSession> {
    const session = this.sessions.get(name) ?? await InferenceSession.create(build().encode(), sessionOptions(this.threads))
    this.sessions.delete(name)
    this.sessions.set(name, session)
    for (const [oldest, old] of this.sessions) {
      if (this.sessions.size <= this.limit) break
      this.sessions.delete(oldest)
      await old.release()
    }
    return session
  }

  async close(): Promise<void> {
    for (const session of this.sessions.values()) await session.release()
    this.sessions.clear()
  }
}
