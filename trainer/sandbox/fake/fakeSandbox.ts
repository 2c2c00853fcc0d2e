import { LabError } from '../../errors.ts'
import type { Language } from '../../protocol/execution.ts'
import type { Call, CallEnd, CallOutcome, CommandOutcome, CommandRequest, ExecutionOutcome, ExecutionRequest, Sandbox } from '../sandbox.ts'

/** What a scripted call comes to: how it ended, or that with output and time. */
export type FakeAnswer = CallEnd | (Partial<CallOutcome> & Pick<CallOutcome, 'end'>)

/** What the fake says; it runs nothing. A script that never answers is a hang: a cancellation ends it. */
export interface FakeScript {
  /** Default: all. */
  readonly languages?: readonly Language[]
  readonly styles?: readonly Call['style'][]
  /** Default: the value null, an exit with code 0, or no rows. */
  readonly answer?: (call: Call, request: ExecutionRequest) => FakeAnswer | Promise<FakeAnswer>
  /** Sightings, hit limits and times of an execution. */
  readonly outcome?: Partial<Omit<ExecutionOutcome, 'calls'>> | ((request: ExecutionRequest) => Partial<Omit<ExecutionOutcome, 'calls'>>)
  /** Programs of the machine; without it there is no `run`. */
  readonly command?: (request: CommandRequest) => Partial<CommandOutcome> | Promise<Partial<CommandOutcome>>
  /** So many executions fail first, as the machine's failures. */
  readonly failures?: number
}

/** What it was asked, for assertions. */
export interface FakeSandbox extends Sandbox {
  readonly requests: readonly ExecutionRequest[]
  readonly commands: readonly CommandRequest[]
  /** Executions going on now, and the most there ever were. */
  readonly active: () => number
  readonly mostActive: () => number
  readonly closed: () => boolean
}

const LANGUAGES: readonly Language[] = ['javascript', 'typescript', 'python', 'sql']
const STYLES: readonly Call['style'][] = ['call', 'stdin', 'query']
const NOTHING_SEEN: Omit<ExecutionOutcome, 'calls'> = { sightings: [], limitsHit: [], seconds: 0.001, queueSeconds: 0, cpuSeconds: 0.001, peakMegabytes: 1 }
const QUIET_EXIT: CommandOutcome = { code: 0, ended: 'exit', stdout: '', stderr: '', report: '', outputCut: false, limitsHit: [], seconds: 0.001 }

/** A sandbox for tests that answers as its script says. */
export function createFakeSandbox(script: FakeScript = {}): FakeSandbox {
  const requests: ExecutionRequest[] = []
  const commands: CommandRequest[] = []
  const { command } = script
  let [active, mostActive, failuresLeft, closed] = [0, 0, script.failures ?? 0, false]

  const counted = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    active += 1
    mostActive = Math.max(mostActive, active)
    try {
      if (failuresLeft > 0) {
        failuresLeft -= 1
        throw infrastructureFailure()
      }
      return await unlessCancelled(work, signal)
    } finally {
      active -= 1
    }
  }
  return {
    name: 'fake',
    languages: script.languages ?? LANGUAGES,
    styles: script.styles ?? STYLES,
    requests,
    commands,
    active: () => active,
    mostActive: () => mostActive,
    closed: () => closed,
    execute: (request, signal) => {
      requests.push(request)
      return counted(signal, () => outcomeOf(script, request))
    },
    ...(command && {
      run: (request: CommandRequest, signal?: AbortSignal) => {
        commands.push(request)
        return counted(signal, async () => ({ ...QUIET_EXIT, ...(await command(request)) }))
      }
    }),
    close: async () => {
      closed = true
    }
  }
}

async function outcomeOf({ answer, outcome }: FakeScript, request: ExecutionRequest): Promise<ExecutionOutcome> {
  const calls: CallOutcome[] = []
  for (const call of request.calls) calls.push(callOutcome(answer ? await answer(call, request) : { end: usualEnd(call) }))
  return { ...NOTHING_SEEN, ...(typeof outcome === 'function' ? outcome(request) : outcome), calls }
}

function callOutcome(answer: FakeAnswer): CallOutcome {
  const told = 'end' in answer ? answer : { end: answer }
  return { stdout: '', stderr: '', outputCut: false, seconds: 0.001, ...told }
}

function usualEnd({ style }: Call): CallEnd {
  if (style === 'call') return { ended: 'value', value: null }
  return style === 'stdin' ? { ended: 'exit', code: 0 } : { ended: 'rows', columns: [], rows: [], goldRows: [] }
}

function unlessCancelled<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = (): void => reject(new LabError('sandbox', 'sandbox/cancelled', 'The execution was cancelled.', { remedy: 'Run it again.' }))
    if (signal?.aborted) return cancel()
    signal?.addEventListener('abort', cancel, { once: true })
    work().then(resolve, reject).finally(() => signal?.removeEventListener('abort', cancel))
  })
}

const infrastructureFailure = (): LabError =>
  new LabError('sandbox', 'sandbox/infrastructure', 'The scripted machine failed.', { remedy: 'Try again.' })
