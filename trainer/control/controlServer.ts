import fs from 'node:fs'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { ControlClient } from './controlClient.ts'
import type { ControlledRun, ControlLimits } from './controlClient.ts'
import type { Notice } from './noticeQueue.ts'
import { requireShortPipe } from './pipePath.ts'
import { requirePrivateFolder } from './privateFolder.ts'
import { Steering } from './steering.ts'

export interface ControlServer {
  /** Tells every client; returns at once, however slow they are. */
  tell(notice: Notice): void
  /** Whether any client is there. */
  readonly watched: boolean
  /** Sends what waits, for a moment at most, and closes the pipe. */
  close(): Promise<void>
}

export interface ControlServerOptions {
  readonly pipe: string
  readonly token: string
  readonly run: ControlledRun
  readonly limits?: Partial<ControlLimits>
}

const LIMITS: ControlLimits = { helloMilliseconds: 5000, helloBytes: 64 * 1024 }
/** Windows, and command lines, that look at one run at a time. */
const MOST_CLIENTS = 32
/** How long the end of a run waits for clients to take the last notices. */
const FAREWELL_MILLISECONDS = 2000

/**
 * Listens on a pipe that only the user can reach. JSON-RPC as protocol/control.ts has it: `hello` with the token first.
 * @throws LabError `control/pipe-path`, `control/not-private`, `control/no-pipe`
 */
export async function startControlServer({ pipe, token, run, limits }: ControlServerOptions): Promise<ControlServer> {
  requireShortPipe(pipe)
  if (process.platform !== 'win32') requirePrivateFolder(path.dirname(pipe))
  const clients = new Set<ControlClient>()
  const steering = new Steering()
  const gone = (client: ControlClient): void => {
    clients.delete(client)
    steering.leave(client)
  }
  const server = createServer((socket) => {
    if (clients.size >= MOST_CLIENTS) socket.destroy()
    else clients.add(new ControlClient(socket, { run, token, steering, limits: { ...LIMITS, ...limits }, gone }))
  })
  await listen(server, pipe)
  return {
    get watched() {
      return clients.size > 0
    },
    tell: (item) => {
      if (clients.size === 0) return
      const size = JSON.stringify(item.params).length
      for (const client of clients) client.tell({ item, size })
    },
    close: async () => {
      server.close()
      await atMost(FAREWELL_MILLISECONDS, Promise.all([...clients].map((client) => client.drained())))
      for (const client of [...clients]) client.end()
    }
  }
}

function listen(server: Server, pipe: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(noPipe(pipe, error)))
    server.listen(pipe, () => {
      if (process.platform !== 'win32') fs.chmodSync(pipe, 0o600)
      // What fails later (a client that is gone before it is taken) is the client's affair.
      server.removeAllListeners('error').on('error', () => undefined)
      resolve()
    })
  })
}

async function atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise((resolve) => (timer = setTimeout(resolve, milliseconds)))
  await Promise.race([work, late])
  clearTimeout(timer)
}

function noPipe(pipe: string, error: Error): LabError {
  return new LabError('control', 'control/no-pipe', `The trainer cannot listen on ${pipe}: ${error.message}`, {
    place: pipe, remedy: 'Check that the folder of the pipe exists and is yours; then start the run again.', cause: error
  })
}
