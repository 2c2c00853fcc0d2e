/**
 * The module process: loads one user module and answers the trainer's calls. It starts with a scrubbed environment and
 * leaves with its connection, even while the module hangs in a loop.
 */
import { Socket } from 'node:net'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import { finite } from './finiteAnswer.ts'
import { callModule } from './moduleCalls.ts'
import { loadModule } from './moduleLoader.ts'
import { CallRequest, LoadRequest, PROTOCOL_STREAM } from './moduleRpc.ts'
import { watchParent } from '../../parentWatch.ts'
import { placeOf, thrownByModule } from './thrownByModule.ts'
import type { UserModule } from './userModule.ts'

watchParent()

const socket = new Socket({ fd: PROTOCOL_STREAM, readable: true, writable: true })
const leave = (): void => process.exit(0)
socket.on('end', leave).on('close', leave).on('error', leave)

let loaded: UserModule | undefined
let sources: ReadonlySet<string> = new Set()
/** Whatever the user's code does wrong is told in its own words. */
async function told<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw thrownByModule(error, sources)
  }
}

const connection = createMessageConnection(new StreamMessageReader(socket), new StreamMessageWriter(socket))
connection.onRequest(LoadRequest, (params) => told(async () => {
  sources = new Set(Object.keys(params.sources))
  loaded = await loadModule(params)
  return null
}))
connection.onRequest(CallRequest, ({ method, args }) => told(async () => {
  if (!loaded) throw new Error('no module is loaded')
  return finite((await callModule(loaded, method, args, (error) => Number(placeOf(error, sources)?.split(':').at(-1) ?? 0))) ?? null)
}))
connection.listen()
