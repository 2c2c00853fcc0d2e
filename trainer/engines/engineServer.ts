import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node'
import { LabError } from '../errors.ts'
import type { Engine, SampledCompletion, SampleEvents } from './engine.ts'
import { PROGRESS, requests } from './engineMessages.ts'
import type { EngineRequest, Progress, SampleRequest } from './engineMessages.ts'
import { toResponseError } from './wireError.ts'

const keyOf = ({ promptIndex, sampleIndex }: { promptIndex: number; sampleIndex: number }): string => `${promptIndex},${sampleIndex}`

function abortSignalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController()
  if (token.isCancellationRequested) controller.abort()
  token.onCancellationRequested(() => controller.abort())
  return controller.signal
}

/** Gathers the events of one turn of the event loop, a decoding chunk's, into one message. */
class ProgressBatch {
  readonly reported = new Set<string>()
  readonly events: SampleEvents
  readonly #connection: MessageConnection
  readonly #call: number
  #finished: Progress['finished'][number][] = []
  #partial: Progress['partial'][number][] = []
  #pending = false

  constructor(connection: MessageConnection, request: SampleRequest) {
    this.#connection = connection
    this.#call = request.call
    this.events = {
      ...(request.finished ? { finished: (completion) => this.#addFinished(completion) } : {}),
      ...(request.partial ? { partial: (parts) => { this.#partial.push(...parts); this.#schedule() } } : {})
    }
  }

  #addFinished(completion: SampledCompletion): void {
    this.reported.add(keyOf(completion))
    this.#finished.push(completion)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#pending) return
    this.#pending = true
    queueMicrotask(() => this.flush())
  }

  /** Messages keep their order, so what is sent before the answer arrives before it. */
  flush(): void {
    if (!this.#pending) return
    const message = { call: this.#call, finished: this.#finished, partial: this.#partial }
    this.#finished = []
    this.#partial = []
    this.#pending = false
    // A connection that cannot take it has lost its reader, which ends this process elsewhere.
    this.#connection.sendNotification(PROGRESS, message).catch(() => undefined)
  }
}

async function sample(engine: Engine, connection: MessageConnection, request: SampleRequest, token: CancellationToken): Promise<SampledCompletion[]> {
  const batch = new ProgressBatch(connection, request)
  const completions = await engine.sample(request.prompts, request.parameters, batch.events, abortSignalOf(token))
  batch.flush()
  return completions.filter((completion) => !batch.reported.has(keyOf(completion)))
}

/** JSON writes what is not finite as null, which would pass for a number later: it is refused here, by name. */
function finite<T extends object>(result: T): T {
  for (const [name, value] of Object.entries(result)) {
    if (typeof value !== 'number' || Number.isFinite(value)) continue
    throw new LabError('engine', 'engine/not-finite', `${name} is ${value}`, { place: name, remedy: 'Go back to the last checkpoint; lower the learning rate, or clip the gradient.' })
  }
  return result
}

/** Answers the requests of engineMessages.ts with this engine; errors cross as plain data. Closing is ending the process. */
export function serveEngine(engine: Engine, connection: MessageConnection): void {
  const answer = <P extends object, R>(request: EngineRequest<P, R>, call: (params: P, token: CancellationToken) => Promise<R>): void => {
    connection.onRequest(request.method, (params: P, token: CancellationToken) =>
      call(params, token).catch((error: unknown) => { throw toResponseError(error) })
    )
  }
  const nothing = async (call: Promise<void>): Promise<null> => call.then(() => null)

  answer(requests.info, () => engine.info())
  answer(requests.loadModel, ({ source }) => engine.loadModel(source))
  answer(requests.encode, ({ texts }) => engine.encode(texts))
  answer(requests.decode, ({ tokens }) => engine.decode(tokens))
  answer(requests.renderChat, ({ conversations }) => engine.renderChat(conversations))
  answer(requests.sample, (request, token) => sample(engine, connection, request, token))
  answer(requests.logprobs, ({ sequences, snapshot }, token) => engine.logprobs(sequences, snapshot, abortSignalOf(token)))
  answer(requests.headValues, ({ sequences }, token) => engine.headValues(sequences, abortSignalOf(token)).then((values) => values.map((values_T) => [...values_T])))
  answer(requests.forwardBackward, ({ data, loss }, token) => engine.forwardBackward(data, loss, abortSignalOf(token)).then(finite))
  answer(requests.optimStep, ({ step }) => engine.optimStep(step).then(finite))
  answer(requests.resetOptimizer, () => nothing(engine.resetOptimizer()))
  answer(requests.snapshot, ({ name }) => nothing(engine.snapshot(name)))
  answer(requests.restore, ({ name }) => nothing(engine.restore(name)))
  answer(requests.dropSnapshot, ({ name }) => nothing(engine.dropSnapshot(name)))
  answer(requests.save, ({ folder, optimizer, dtype }) => nothing(engine.save(folder, { optimizer, dtype })))
  answer(requests.load, ({ folder, optimizer }) => engine.load(folder, { optimizer }))
  answer(requests.gradients, () => engine.gradients())
}
