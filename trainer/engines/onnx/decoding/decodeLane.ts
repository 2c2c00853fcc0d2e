/** The program of a lane: a worker thread that samples its share of each call. */
import { parentPort } from 'node:worker_threads'
import { toWireError } from '../../wireError.ts'
import { tokenizerOf } from '../files/hfFolder.ts'
import { parameterLayout } from '../model/parameterLayout.ts'
import { Sampler } from './sampler.ts'
import type { SampleEvents } from '../../engine.ts'
import type { FromLane, LaneModel, LaneSample, ToLane } from './laneMessages.ts'
import type { Tokenizer } from '../text/tokenizer.ts'

interface Lane {
  readonly sampler: Sampler
  readonly tokenizer: Tokenizer
}

const port = parentPort!
const send = (message: FromLane, moved: ArrayBuffer[] = []): void => port.postMessage(message, moved)
let lane: Lane | undefined

function open({ place, config, files, limits }: LaneModel): Lane {
  const buffers = new Map([...files].map(([name, content]) => [name, Buffer.from(content.buffer, content.byteOffset, content.byteLength)]))
  return {
    sampler: new Sampler(config, parameterLayout(config), limits),
    tokenizer: tokenizerOf(place, { config, files: buffers })
  }
}

async function sample({ sampler, tokenizer }: Lane, { weights, prompts, parameters, partial, cancelled }: LaneSample): Promise<void> {
  const flag = new Int32Array(cancelled)
  const events: SampleEvents = {
    finished: (completion) => send({ kind: 'finished', completion }),
    ...(partial && { partial: (parts) => send({ kind: 'partial', parts }) })
  }
  try {
    await sampler.sample(new Float32Array(weights), prompts, parameters, { newText: () => tokenizer.incremental(), events }, {
      get aborted() { return Atomics.load(flag, 0) !== 0 }
    })
    send({ kind: 'done', weights }, [weights])
  } catch (error) {
    send({ kind: 'failed', error: toWireError(error) })
  }
}

async function take(message: ToLane): Promise<void> {
  switch (message.kind) {
    case 'open':
      lane = open(message.model)
      return
    case 'sample': return sample(lane!, message)
    case 'close':
      await lane?.sampler.close()
      port.close()
  }
}

// What this rejects with ends the thread, which its owner is told.
port.on('message', take)
