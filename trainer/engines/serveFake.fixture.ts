/** An engine process around the fake engine, for tests of the process layer. Some texts make `encode` misbehave. */
import type { SampledCompletion } from './engine.ts'
import { connectionToParent } from './engineChannel.ts'
import { NOTICE } from './engineMessages.ts'
import { serveEngine } from './engineServer.ts'
import { createFakeEngine } from './fake/fakeEngine.ts'

/** Blocks the event loop, as a native call or an endless pattern does. */
function block(): never {
  for (;;) Math.random()
}

const misbehaviours: Readonly<Record<string, () => unknown>> = {
  block,
  exit: () => new Promise(() => process.stderr.write('the last words\n', () => process.exit(7))),
  throw: () => { throw new TypeError('not meant for people') },
  print: () => { process.stdout.write('Content-Length: 5\r\n\r\n{"ha"'); console.log('noise') }
}

/** Ends only when it is told to. */
function endless(signal: AbortSignal | undefined): Promise<SampledCompletion[]> {
  const cancelled: SampledCompletion = {
    promptIndex: 0, sampleIndex: 0, tokens: [], text: '', tokenEnds_T: [], logprobs_T: [], samplingLogprobs_T: [], entropies_T: [], stopReason: 'cancelled', seconds: 0
  }
  if (signal?.aborted) return Promise.resolve([cancelled])
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve([cancelled])))
}

const fake = createFakeEngine({ chunkTokens: 1 })
const connection = connectionToParent()
serveEngine(
  {
    ...fake,
    encode: async (texts) => {
      await misbehaviours[texts[0] ?? '']?.()
      if (texts[0] === 'folder') return [texts.map((folder) => Number(folder === process.cwd()))]
      if (texts[0] === 'notice') await connection.sendNotification(NOTICE, { kind: 'outOfMemory', detail: 'full', microBatchTokens: 7 })
      if (texts[0] === 'environment') return [texts.map((name) => (process.env[name] === undefined ? 0 : 1))]
      return ['print', 'notice'].includes(texts[0] ?? '') ? [] : fake.encode(texts)
    },
    optimStep: async (step) => ({ ...(await fake.optimStep(step)), ...(step.learningRate > 1 ? { updateNorm: Infinity } : {}) }),
    sample: async (prompts, parameters, events, signal) => {
      if (parameters.stop[0] === 'endless') return endless(signal)
      if (parameters.stop[0] === 'deaf') block()
      return fake.sample(prompts, parameters, events, signal)
    }
  },
  connection
)
connection.listen()
