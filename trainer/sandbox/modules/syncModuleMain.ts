/** The thread behind SyncModule: answers one call at a time from a module host. */
import { workerData } from 'node:worker_threads'
import { LabError } from '../../errors.ts'
import { ModuleHost } from './moduleHost.ts'
import type { SyncAnswer, SyncCall, SyncModuleData } from './syncModule.ts'

const { module, limits, port, answered } = workerData as SyncModuleData
const host = new ModuleHost(module, limits)

async function answerTo({ id, method, args, seconds }: SyncCall): Promise<SyncAnswer> {
  try {
    return { id, value: await host.call(method, args, { seconds }) }
  } catch (error) {
    if (LabError.is(error)) return { id, code: error.code, message: error.message, remedy: error.remedy }
    return { id, code: 'sandbox/failed', message: error instanceof Error ? error.message : String(error), remedy: 'Run again.' }
  }
}

port.on('message', (call: SyncCall | null) => {
  if (call === null) return host.close()
  void answerTo(call).then((answer) => {
    port.postMessage(answer)
    Atomics.store(answered, 0, 1)
    Atomics.notify(answered, 0)
  })
})
// Ready: from now on the other side may sleep while it waits.
port.postMessage(null)
