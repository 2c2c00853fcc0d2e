import { join } from 'node:path'
import { LabError } from '../errors.ts'
import { EngineCaller } from './engineCaller.ts'
import type { Deadline } from './engineCaller.ts'
import type { Engine, EngineNotice, ModelSource, SampledCompletion, SampleEvents, SamplePrompt, SamplingParameters } from './engine.ts'
import type { EngineEntry } from './engineEntry.ts'
import { Lifeline } from './engineLifeline.ts'
import { NOTICE, PROGRESS, requests } from './engineMessages.ts'
import type { Progress } from './engineMessages.ts'

export interface EngineProcessOptions {
  readonly entry: EngineEntry
  readonly args?: readonly string[]
  /** Added to the few variables that the process inherits. */
  readonly environment?: Readonly<Record<string, string>>
  /** Until the process answers for the first time. Default 120. */
  readonly startSeconds?: number
  /** For `encode`, `decode` and `renderChat`: a model's patterns and templates can run for ever. Default 30. */
  readonly tokenizerSeconds?: number
  /** For `loadModel` and `load`. Default 900. */
  readonly loadSeconds?: number
  /** From an abort to the answer. Default 60. */
  readonly cancelSeconds?: number
  /** Told of what the engine does on its own; must not throw. */
  readonly onNotice?: ((notice: EngineNotice) => void) | undefined
}

/** An engine in a process of its own. `engine/died` (or `engine/no-start`) is what all calls reject with once it has gone. */
export interface EngineProcess extends Engine {
  readonly pid: number
}

function deadline(seconds: number, place: string, doing: string): Deadline {
  return {
    seconds,
    error: () => new LabError('model', 'model/deadline', `${place}: ${doing} took longer than ${seconds} s and was stopped`, {
      place, remedy: 'A pattern or template of the model may be endless: use the original file of the model, or shorter texts.'
    })
  }
}

const startDeadline = (seconds: number): Deadline => ({
  seconds,
  error: () => new LabError('engine', 'engine/no-start', `The engine process did not answer within ${seconds} s`, { remedy: 'Run `lab doctor`; the machine may be overloaded.' })
})

const byPlace = (a: SampledCompletion, b: SampledCompletion): number => a.promptIndex - b.promptIndex || a.sampleIndex - b.sampleIndex

/** The `sample` verb; completions that progress has reported are not sent again. */
function sampler(caller: EngineCaller, life: Lifeline): Engine['sample'] {
  const running = new Map<number, { readonly events: SampleEvents; readonly done: SampledCompletion[] }>()
  let calls = 0
  life.connection.onNotification(PROGRESS, ({ call, finished, partial }: Progress) => {
    const current = running.get(call)
    current?.done.push(...finished)
    for (const completion of finished) current?.events.finished?.(completion)
    if (partial.length > 0) current?.events.partial?.(partial)
  })
  return async (prompts: readonly SamplePrompt[], parameters: SamplingParameters, events: SampleEvents = {}, signal?: AbortSignal) => {
    const call = ++calls
    const done: SampledCompletion[] = []
    running.set(call, { events, done })
    try {
      const wanted = { finished: events.finished !== undefined, partial: events.partial !== undefined }
      const others = await caller.call(requests.sample, { call, prompts, parameters, ...wanted }, { signal })
      return [...done, ...others].sort(byPlace)
    } finally {
      running.delete(call)
    }
  }
}

type ModelVerbs = Pick<Engine, 'loadModel' | 'load' | 'encode' | 'decode' | 'renderChat'>

/** The verbs in which files of the model decide how long they take; each names the file to blame. */
function modelVerbs(caller: EngineCaller, tokenizerSeconds: number, loadSeconds: number): ModelVerbs {
  let folder = 'the model'
  const loading = (place: string): { deadline: Deadline } => ({ deadline: deadline(loadSeconds, place, 'loading') })
  const using = (file: string, doing: string): { deadline: Deadline } => ({ deadline: deadline(tokenizerSeconds, join(folder, file), doing) })
  const placeOf = (source: ModelSource): string => (source.kind === 'folder' ? source.folder : 'the new model')
  return {
    loadModel: (source) => {
      folder = placeOf(source)
      return caller.call(requests.loadModel, { source }, loading(folder))
    },
    load: (from, { optimizer }) => {
      folder = from
      return caller.call(requests.load, { folder: from, optimizer }, loading(from))
    },
    encode: async (texts) => caller.call(requests.encode, { texts }, using('tokenizer.json', 'splitting a text into tokens')),
    decode: async (tokens) => caller.call(requests.decode, { tokens }, using('tokenizer.json', 'decoding tokens')),
    renderChat: async (conversations) => caller.call(requests.renderChat, { conversations }, using('chat template', 'rendering a conversation'))
  }
}

/** An engine that answers with what it lacks is of no use, and ends. */
async function firstAnswer(life: Lifeline, caller: EngineCaller, seconds: number): Promise<void> {
  try {
    await caller.call(requests.info, {}, { deadline: startDeadline(seconds) })
  } catch (error) {
    await life.close()
    throw error
  }
  life.markStarted()
}

/** Starts an engine process and waits until it answers. Rejects with `engine/no-start`. */
export async function startEngineProcess(options: EngineProcessOptions): Promise<EngineProcess> {
  const life = new Lifeline(options.entry, options.args ?? [], options.environment ?? {})
  const caller = new EngineCaller(life, options.cancelSeconds ?? 60)
  const { onNotice } = options
  if (onNotice) life.connection.onNotification(NOTICE, onNotice)
  await firstAnswer(life, caller, options.startSeconds ?? 120)
  const nothing = async (call: Promise<null>): Promise<void> => { await call }
  return {
    pid: life.child.pid ?? 0,
    info: () => caller.call(requests.info, {}),
    ...modelVerbs(caller, options.tokenizerSeconds ?? 30, options.loadSeconds ?? 900),
    sample: sampler(caller, life),
    logprobs: (sequences, snapshot, signal) => caller.call(requests.logprobs, { sequences, ...(snapshot === undefined ? {} : { snapshot }) }, { signal }),
    headValues: (sequences, signal) => caller.call(requests.headValues, { sequences }, { signal }),
    forwardBackward: (data, loss, signal) => caller.call(requests.forwardBackward, { data, loss }, { signal }),
    optimStep: (step) => caller.call(requests.optimStep, { step }),
    resetOptimizer: () => nothing(caller.call(requests.resetOptimizer, {})),
    snapshot: (name) => nothing(caller.call(requests.snapshot, { name })),
    restore: (name) => nothing(caller.call(requests.restore, { name })),
    dropSnapshot: (name) => nothing(caller.call(requests.dropSnapshot, { name })),
    save: (folder, { optimizer, dtype }) => nothing(caller.call(requests.save, { folder, optimizer, dtype })),
    gradients: () => caller.call(requests.gradients, {}),
    close: () => life.close()
  }
}
