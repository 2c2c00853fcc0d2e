import type { Language, Limits, ProgramFile, SandboxName } from '../protocol/execution.ts'

/**
 * A value that crossed the boundary of a sandbox. What JSON cannot say without loss comes as the only member of an object,
 * `{ "$special": "NaN" | "Infinity" | "-Infinity" | "undefined" | "<digits of an integer beyond ±2^53>" }`, so that nothing is
 * mistaken for its neighbour; a value that neither can say (a function, a set, a cycle, keys that are no strings) ends the call as
 * an `exception`. Arguments and expected values are written in the same way (`graders/specialValues.ts`).
 */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** One input for a candidate. What is expected is not part of it. */
export type Call =
  | { readonly style: 'call'; readonly function: string; readonly args: readonly Json[] }
  | { readonly style: 'stdin'; readonly stdin: string }
  /** Result sets of both queries over the same tables; the gold query runs in a database of its own. */
  | { readonly style: 'query'; readonly schema: string; readonly gold: string }

/** A program with its inputs. All of it is hostile. */
export interface ExecutionRequest {
  readonly language: Language
  /** The first is run or imported. */
  readonly files: readonly ProgramFile[]
  readonly calls: readonly Call[]
  readonly limits: Limits
}

/** How a call ended. Values are what the candidate's process emitted: data, never a verdict. */
export type CallEnd =
  | { readonly ended: 'value'; readonly value: Json }
  | { readonly ended: 'rows'; readonly columns: readonly string[]; readonly rows: readonly (readonly Json[])[]; readonly goldRows: readonly (readonly Json[])[] }
  /** A stdin program that ran to its end; its answer is `stdout`. */
  | { readonly ended: 'exit'; readonly code: number }
  | { readonly ended: 'exception' | 'timeout' | 'memory' | 'outputLimit' | 'forbidden' | 'noResult'; readonly message: string }

export interface CallOutcome {
  readonly end: CallEnd
  /** Cut at `Limits.outputBytes`. */
  readonly stdout: string
  readonly stderr: string
  readonly outputCut: boolean
  readonly seconds: number
}

/** Something that a worker saw the candidate do. */
export interface Sighting {
  readonly kind: 'earlyExit' | 'outputAfterVerdict' | 'forbiddenAccess' | 'forgedResult'
  readonly why: string
}

export interface ExecutionOutcome {
  /** In the order of the calls; shorter never. */
  readonly calls: readonly CallOutcome[]
  readonly sightings: readonly Sighting[]
  readonly limitsHit: readonly (keyof Limits)[]
  readonly seconds: number
  readonly queueSeconds: number
  readonly cpuSeconds: number | null
  readonly peakMegabytes: number | null
}

/** A program of the machine (a test runner) to be run on a folder prepared for it. */
export interface CommandRequest {
  readonly command: readonly string[]
  /** Absolute; the only folder that the command may write besides a private /tmp, discarded or read by the caller afterwards. */
  readonly folder: string
  /** Absolute folders that may be read besides the system's own, e.g. shared dependencies. */
  readonly readable: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Written to descriptor 3 of the command for reports, apart from its output; cut at `Limits.outputBytes`. */
  readonly reports?: boolean
  readonly limits: Limits
}

export interface CommandOutcome {
  /** null = killed. */
  readonly code: number | null
  readonly ended: 'exit' | 'timeout' | 'memory' | 'outputLimit' | 'killed'
  readonly stdout: string
  readonly stderr: string
  readonly report: string
  readonly outputCut: boolean
  readonly limitsHit: readonly (keyof Limits)[]
  readonly seconds: number
}

/**
 * Runs programs of strangers. Nothing that a candidate does rejects a call: its crash, hang or flood is an outcome. What rejects,
 * with a LabError of the boundary `sandbox`, is the machine: `sandbox/infrastructure` (to be tried again), `sandbox/cancelled`,
 * `sandbox/unsupported` (language or style that this backend lacks).
 */
export interface Sandbox {
  readonly name: SandboxName
  readonly languages: readonly Language[]
  readonly styles: readonly Call['style'][]
  execute(request: ExecutionRequest, signal?: AbortSignal): Promise<ExecutionOutcome>
  /** Absent where a backend runs no programs of the machine. */
  run?(request: CommandRequest, signal?: AbortSignal): Promise<CommandOutcome>
  /** Ends all workers and leaves nothing behind. */
  close(): Promise<void>
}

/** What a backend found when it was tried: doctor runs something harmless in it, presence proves nothing. */
export interface SandboxProbe {
  readonly name: SandboxName
  readonly works: boolean
  readonly detail: string
  readonly remedy: string
}

/** A kind of sandbox that may work on this machine, not started yet. */
export interface SandboxBackend extends Pick<Sandbox, 'name' | 'languages' | 'styles'> {
  /** Whether it would run programs of the machine, as tests of a workspace need it. */
  readonly runsPrograms: boolean
  probe(): Promise<SandboxProbe>
  /** @throws LabError of the boundary `sandbox`. */
  open(): Promise<Sandbox> | Sandbox
}
