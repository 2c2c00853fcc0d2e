import type { Disposable, Event } from 'vscode'
import type { ControlRole, PartialText, RecordedNotice } from '../../trainer/protocol/control.ts'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { RunState } from '../../trainer/protocol/runState.ts'

/** What people were asked when something was refused without it, and said yes to. */
export interface Consents {
  /** SHA-256 of modules that people were shown and let run this once; what has changed by the time it starts is none of them. Others run only where approved for good. */
  readonly trustedModules?: readonly string[]
  /** Names of cheats that the rewards may pay. */
  readonly acceptPaidCheats?: readonly string[]
  /** Programs may run as plain processes where no sandbox works. No setting and no file says so. */
  readonly unsafeSandbox?: boolean
}

/** Where a Python for PyTorch may be looked for because the workspace is trusted. */
export interface WorkspacePythons {
  /** Absolute paths of interpreters that its folders have selected. */
  readonly selected: readonly string[]
  /** Folders in which environments may lie. */
  readonly folders: readonly string[]
}

export interface StartRequest extends Consents {
  /** Path of the run file on disk. */
  readonly file: string
  /** `path=value`, as the command line's `--set`. */
  readonly overrides: readonly string[]
  readonly seed?: number
  /** Of the run; must not exist. */
  readonly directory: string
  /** What the workspace offers to run PyTorch with, where it was asked before; else this window's is. */
  readonly pythons?: WorkspacePythons
}

export type Connection =
  /** A trainer lives and answers. */
  | 'attached'
  | 'attaching'
  /** A trainer lives but does not answer. */
  | 'hung'
  /** It speaks another version of the protocol. */
  | 'mismatch'
  /** It ended without saying so. */
  | 'lost'
  /** It ended. */
  | 'ended'

/** A run whose trainer this window knows. */
export interface LiveRun {
  readonly directory: string
  readonly runId: string
  readonly connection: Connection
  /** Why, where the connection is not plain; one sentence for people. */
  readonly explanation?: string
  readonly role: ControlRole
  readonly state?: RunState
  readonly lastEvent?: RunEvent
  /** Metrics of the last finished step. */
  readonly metrics?: Readonly<Record<string, number>>
}

/** A start that waits for its device. */
export interface QueuedStart {
  readonly id: string
  readonly label: string
  /** A window is making it: its trainer has been given its order. */
  readonly starting: boolean
  readonly request: StartRequest | ({ readonly resume: string } & Consents)
}

/** A queued start that could not be made when its turn came. */
export interface FailedStart {
  readonly label: string
  readonly request: QueuedStart['request']
  /** Says what to do; some of them, that people were to be asked first. */
  readonly error: unknown
}

/** Starts, finds, attaches to and steers trainers: one process per run, detached, reached over a private pipe. */
export interface Trainers extends Disposable {
  readonly live: readonly LiveRun[]
  readonly queue: readonly QueuedStart[]
  /** Membership, connection, role or state of a live run changed, or the queue. */
  readonly onDidChange: Event<void>
  readonly onEvent: Event<{ readonly directory: string; readonly event: RunEvent }>
  readonly onPartial: Event<{ readonly directory: string; readonly partial: PartialText }>
  readonly onRecorded: Event<{ readonly directory: string; readonly recorded: RecordedNotice }>
  /** It has left the queue. */
  readonly onStartFailed: Event<FailedStart>
  /** Starts now where the device is free, else queues. Rejects with a LabHostError whose message says what to do; `cancelled` where the signal or another window ended it. */
  start(request: StartRequest, signal?: AbortSignal): Promise<{ readonly directory: string; readonly queued: boolean }>
  /** Whether a start would be made now, as far as this window knows. */
  startsNow(request: Pick<StartRequest, 'file' | 'overrides'>): boolean
  resume(directory: string, consents?: Consents, signal?: AbortSignal): Promise<{ readonly queued: boolean }>
  pause(directory: string): Promise<void>
  continue(directory: string): Promise<void>
  stop(directory: string): Promise<void>
  stopNow(directory: string): Promise<void>
  takeSteering(directory: string): Promise<void>
  /** Ends a trainer that does not answer, after checking that the process is ours. */
  endHung(directory: string): Promise<void>
  /** Both answer at once, also while something starts. */
  moveInQueue(id: string, to: number): Promise<void>
  /** Cancels the start where it is being made. */
  removeFromQueue(id: string): Promise<void>
  /** Looks for living trainers and attaches to them. */
  attachAll(): Promise<void>
}

/** How a command ended. */
export interface LabEnd {
  readonly code: number
  /** What was said on standard error. */
  readonly errors: string
  /** Code of the error that ended it: what programs tell errors apart by. */
  readonly errorCode?: string
}

/** Runs one command of the trainer's command line in a process of its own, with `--json`. */
export interface LabCommand {
  /** Calls back with each JSON line. */
  run(args: readonly string[], options: { readonly cwd: string; readonly onLine: (line: unknown) => void; readonly signal?: AbortSignal }): Promise<LabEnd>
}
