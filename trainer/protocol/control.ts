/**
 * What is said over the private pipe between a trainer and those who watch it. JSON-RPC (`vscode-jsonrpc`): the first request
 * must be `hello` with the token; anything else closes the connection. The pipe carries control and live notices only: what
 * was recorded is read from the run directory.
 */
import { z } from 'zod'
import { RunEvent } from './events.ts'
import { UnapprovedModule } from './moduleRef.ts'
import { Count, Finite } from './numbers.ts'
import { PaidCheat } from './redTeam.ts'
import { RunState } from './runState.ts'
import { Sha256 } from './sha256.ts'

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
  steer: z.boolean(),
  /** It steered until it let go, since nobody seemed to sit at it: somebody does. Granted unless people steer elsewhere meanwhile. */
  back: z.boolean().optional()
})
export type HelloParams = z.infer<typeof HelloParams>

export const HelloResult = z.object({
  protocol: z.number().int(),
  runtimeVersion: z.string(),
  runId: z.string(),
  directory: z.string(),
  pid: Count,
  role: ControlRole,
  /** Client that steers; absent where nobody does. */
  holder: z.string().optional(),
  /** Absent before the first state was recorded. */
  state: RunState.optional(),
  lastEvent: RunEvent.optional(),
  /** Of the last step finished by this process. */
  metrics: z.record(z.string(), Finite).optional()
})
export type HelloResult = z.infer<typeof HelloResult>

/** Answers of the requests that steer. `applied: false` says why in `reason` (another window steers; the run has ended). */
export const SteerResult = z.object({ applied: z.boolean(), reason: z.string().optional() })
export type SteerResult = z.infer<typeof SteerResult>

/** Codes of error answers to `hello`, after which the connection is closed. */
export const CONTROL_ERRORS = { helloFirst: -32101, token: -32102, protocol: -32103 } as const

/** `data` of a `protocol` error: what the trainer speaks. */
export const ProtocolMismatch = z.object({ protocol: z.number().int(), runtimeVersion: z.string(), pid: Count })
export type ProtocolMismatch = z.infer<typeof ProtocolMismatch>

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

/** All text so far of a completion while it is being sampled; at most a few a second per completion, of a few completions at a time. Not recorded. */
export const PartialText = z.object({ step: Count, kind: z.enum(['train', 'evaluation']), group: z.string(), sampleIndex: Count, problem: z.string(), text: z.string() })
export type PartialText = z.infer<typeof PartialText>

/** Rollouts were appended to the open step: look at the file. `rollouts` = of this attempt at the step so far. Coalesced. */
export const RecordedNotice = z.object({ step: Count, kind: z.enum(['train', 'evaluation']), rollouts: Count })
export type RecordedNotice = z.infer<typeof RecordedNotice>

/** Notifications of the trainer: name → parameters. */
export const CONTROL_NOTICES = {
  event: RunEvent,
  partial: PartialText,
  recorded: RecordedNotice,
  /** As it was just recorded; at most one a second while the run goes on. */
  state: RunState,
  role: z.object({ role: ControlRole, holder: z.string().optional() }),
  /** To the client that steers, when another one comes that would like to, and now and then while one stays. A window that nobody sits at any more lets go. */
  asked: z.object({ client: z.string() })
} as const
export type ControlNotice = keyof typeof CONTROL_NOTICES

/** Names a trainer, its entry and its pipe: eight random bytes in hexadecimal, since paths of sockets are short. */
export const TrainerId = z.string().regex(/^[0-9a-f]{16}$/)

const orderedBy = {
  /** SHA-256 of modules that people were shown and let run this once; others run only where they were approved for good. */
  trustedModules: z.array(Sha256).optional(),
  /** Whether git may be asked about the folder of the run file, which runs what its repository configures. */
  asksGit: z.boolean(),
  /** Programs may run without a sandbox where none works: people were told what that means. */
  unsafeSandbox: z.boolean().optional(),
  /** Where the trainer enters itself while it lives: a folder that only the user can read. */
  registry: z.string().min(1),
  /** Name of its entry there, and of its pipe. */
  id: TrainerId,
  pipe: z.string().min(1),
  token: z.string().min(32),
  /** What runs share, as the extension calls it: another run waits for it. */
  device: z.string().max(40).optional()
}

/** What the extension tells a new trainer process on its standard input, as one JSON text. */
export const TrainerOrder = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('launch'),
    file: z.string(),
    /** What the file held when the start was asked for, which may be hours ago. */
    text: z.string().optional(),
    /** `path=value` overrides, as `--set` takes them. */
    overrides: z.array(z.string()),
    seed: z.number().int().optional(),
    /** The run's directory, which must not exist. */
    directory: z.string(),
    /** Names of cheats that the rewards may pay: those that people were shown and waved through. */
    acceptPaidCheats: z.array(z.string()).optional(),
    ...orderedBy
  }),
  z.object({ kind: z.literal('resume'), directory: z.string(), ...orderedBy })
])
export type TrainerOrder = z.infer<typeof TrainerOrder>

/** First line of the trainer's standard output; afterwards standard output is silent. */
export const TrainerReady = z.union([
  z.object({ ready: z.literal(true), pid: Count, runId: z.string(), directory: z.string() }),
  z.object({
    ready: z.literal(false), code: z.string(), message: z.string(), remedy: z.string(),
    /** What people would have to wave through, where `code` is `reward/paid-cheats`. */
    paidCheats: z.array(PaidCheat).optional(),
    /** What people would have to approve, where `code` is `trust/not-approved`. */
    unapproved: z.array(UnapprovedModule).optional()
  })
])
export type TrainerReady = z.infer<typeof TrainerReady>

/**
 * A living trainer, as it enters itself in the private folder of its user (`<id>.json`, mode 0600): how any window finds it.
 * Nothing of the kind is ever read from a run directory.
 */
export const TrainerEntry = z.object({
  version: z.literal(1),
  id: TrainerId,
  directory: z.string(),
  runId: z.string(),
  pipe: z.string().min(1),
  token: z.string().min(32),
  host: z.string(),
  pid: z.number().int().positive(),
  /** Start time of the process, opaque: with the pid it names one process for good. Absent where the system does not tell. */
  startedAt: z.string().optional(),
  protocol: z.number().int(),
  runtimeVersion: z.string(),
  /** Folder of the program that runs, which is kept as long. */
  runtime: z.string(),
  /** As in its order. */
  device: z.string().max(40).optional()
})
export type TrainerEntry = z.infer<typeof TrainerEntry>
