import { randomUUID } from 'node:crypto'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bait } from './hostile/program.ts'

/** What hostile programs go for, and what tells that they got it. */
export interface LaidBait extends Bait {
  readonly secret: string
  /** Connections that were made to the sockets of this process. */
  visitors(): number
  /** Names in the folder, and whether the secret is as it was. */
  state(): readonly string[]
  remove(): void
}

/** A folder that everybody may use, a file that everybody may read, a port and an abstract socket that everybody may connect to. */
export async function layBait(pids: readonly number[]): Promise<LaidBait> {
  const folder = mkdtempSync(join(tmpdir(), 'rollout-lab-bait-'))
  chmodSync(folder, 0o777)
  const secret = randomUUID()
  const secretFile = join(folder, 'secret.txt')
  writeFileSync(secretFile, secret, { mode: 0o666 })
  process.env['ROLLOUT_LAB_SECRET'] = secret
  const socket = `rollout-lab-${randomUUID()}`
  let visitors = 0
  const [byPort, byName] = [createServer(), createServer()].map((server) => server.on('connection', (one) => { visitors++; one.destroy() })) as [Server, Server]
  await Promise.all([listening(byPort, { host: '127.0.0.1', port: 0 }), process.platform === 'linux' ? listening(byName, { path: `\0${socket}` }) : undefined])
  return {
    folder, secret, secretFile, socket, port: (byPort.address() as AddressInfo).port, pids,
    visitors: () => visitors,
    state: () => [...readdirSync(folder).sort(), readFileSync(secretFile, 'utf8')],
    remove: () => {
      byPort.close()
      byName.close()
      delete process.env['ROLLOUT_LAB_SECRET']
      rmSync(folder, { recursive: true })
    }
  }
}

const listening = (server: Server, options: { readonly path: string } | { readonly host: string; readonly port: number }): Promise<void> =>
  new Promise((resolve, reject) => void server.once('error', reject).listen(options, resolve))
