/**
 * The module process: loads one user module and answers the trainer's calls. It starts with a scrubbed environment and
 * leaves with its connection, even while the module hangs in a loop.
 */
import { Socket } from 'node:net'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import { callModule } from './moduleCalls.ts'
import { loadModule } from './moduleLoader.ts'
import { CallRequest, LoadRequest, PROTOCOL_STREAM } from './moduleRpc.ts'
import { watchParent } from '../parentWatch.ts'
import type { UserModule } from './userModule.ts'

watchParent()

const socket = new Socket({ fd: PROTOCOL_STREAM, readable: true, writable: true })
const leave = (): void => process.exit(0)
socket.on('end', leave).on('close', leave).on('error', leave)

let loaded: UserModule | undefined
const connection = createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket))
connection.onRequest(LoadRequest, async (params) => {
  loaded = await loadModule(params)
  return null
})
connection.onRequest(CallRequest, async ({ method, args }) => {
  if (!loaded) throw new Error('no module is loaded')
  return finite((await callModule(loaded, method, args)) ?? null)
})
connection.listen()

/** JSON would turn NaN and infinities into null, which means something else. */
function finite(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key || 'the answer'} is ${value}: numbers must be finite`)
    return value
  })) as unknown
}
