/**
 * What is said over the private pipe between a trainer and those who watch it. JSON-RPC (`vscode-jsonrpc`): the first request
 * must be `hello` with the token; anything else closes the connection. The pipe carries control and live notices only: what
 * was recorded is read from the run directory.
 */
import { z } from 'zod'
import { RunEvent } from './events.ts'
import { Count } from './numbers.ts'
import { RunState } from './runState.ts'

/** Raised whenever an older client could misunderstand a newer trainer, or the other way round. */
export const CONTROL_PROTOCOL = 1

/** One client steers; the others watch. Steering passes on when its holder leaves, or is taken. */
export const ControlRole = z.enum(['steering', 'watching'])
export type ControlRole = z.infer<typeof ControlRole>

export const HelloParams = z.object({
  protocol: z.number().int(),
  token: z.string().min(32),
  /** Shown to the other windows, for instance "VS Code, folder maths". */
  client: z.string().max(200),
  /** Ask to steer; granted where nobody does. */
  steer: z.boolean()
})
export type HelloParams = z.infer<typeof HelloParams>

export const HelloResult = z.object({
  protocol: z.number().int(),
  runtimeVersion: z.string(),
  runId: z.string(),
  directory: z.string(),
  pid: Count,
  role: ControlRole,
  /** Absent before the run directory is made. */
  state: RunState.optional()
})
export type HelloResult = z.infer<typeof HelloResult>

/** Answers of the requests that steer. `applied: false` says why in `reason` (another window steers; the run has ended). */
export const SteerResult = z.object({ applied: z.boolean(), reason: z.string().optional() })
export type SteerResult = z.infer<typeof SteerResult>

/** Requests: name → parameters. `pause` waits at the next safe point, keeping the process; `continue` goes on. */
export const CONTROL_REQUESTS = {
  hello: HelloParams,
  pause: z.object({}),
  continue: z.object({}),
  /** Stops at the next safe point; the run resumes from there. */
  stop: z.object({}),
  /** Stops at once; the step in hand is done again on resume. */
  stopNow: z.object({}),
  /** Takes steering over from the client that holds it. */
  takeSteering: z.object({}),
  /** Liveness: answered from the trainer's event loop. */
  ping: z.object({})
} as const
export type ControlRequest = keyof typeof CONTROL_REQUESTS

/** Text of a completion while it is being sampled; at most a few a second per completion. Not recorded. */
export const PartialText = z.object({ step: Count, kind: z.enum(['train', 'evaluation']), group: z.string(), sampleIndex: Count, problem: z.string(), text: z.string() })
export type PartialText = z.infer<typeof PartialText>

/** Rollouts were appended to the open step: look at the file. Coalesced. */
export const RecordedNotice = z.object({ step: Count, kind: z.enum(['train', 'evaluation']), rollouts: Count })
export type RecordedNotice = z.infer<typeof RecordedNotice>

/** Notifications of the trainer: name → parameters. */
export const CONTROL_NOTICES = {
  event: RunEvent,
  partial: PartialText,
  recorded: RecordedNotice,
  role: z.object({ role: ControlRole, holder: z.string().optional() })
} as const
export type ControlNotice = keyof typeof CONTROL_NOTICES

/** What the extension tells a new trainer process on its standard input, as one JSON text. */
export const TrainerOrder = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('launch'),
    file: z.string(),
    /** `path=value` overrides, as `--set` takes them. */
    overrides: z.array(z.string()),
    seed: z.number().int().optional(),
    directory: z.string(),
    trustWorkspace: z.boolean(),
    pipe: z.string(),
    token: z.string().min(32)
  }),
  z.object({ kind: z.literal('resume'), directory: z.string(), trustWorkspace: z.boolean(), pipe: z.string(), token: z.string().min(32) })
])
export type TrainerOrder = z.infer<typeof TrainerOrder>

/** First line of the trainer's standard output; afterwards standard output is silent. */
export const TrainerReady = z.union([
  z.object({ ready: z.literal(true), pid: Count, runId: z.string(), directory: z.string() }),
  z.object({ ready: z.literal(false), code: z.string(), message: z.string(), remedy: z.string() })
])
export type TrainerReady = z.infer<typeof TrainerReady>
