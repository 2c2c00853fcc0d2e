import type { Engine } from '../engines/engine.ts'
import type { PythonSources } from '../engines/torch/pythonCandidates.ts'
import type { setUpTorch } from '../engines/torch/setup/setUpTorch.ts'
import type { OpenEnvironment } from '../environments/registry.ts'
import type { RunControl as TrainerControl } from '../orchestrator/cancellation.ts'
import type { LiveWatcher } from '../orchestrator/trainerParts.ts'
import type { RunEvent } from '../protocol/events.ts'
import type { EnvironmentRef, ResolvedRun, RewardRef } from '../protocol/runFile.ts'
import type { Summary } from '../protocol/summary.ts'
import type { RewardFunction } from '../rewards/reward.ts'
import type { Executor } from '../sandbox/executor.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'
import type { Catalogue } from '../runFiles/loadRunFile.ts'
import type { TrustedModules } from './trustedModules.ts'
import type { ProblemTools } from './workspaceTools.ts'

/** How a run is watched and stopped. */
export interface RunControl {
  /** Stop where the run goes on from without work lost. */
  readonly safePoint: AbortSignal
  /** Stop at once. */
  readonly now: AbortSignal
  /** The orchestrator's own control, worked instead of the signals where it is given: it can also pause. */
  readonly steering?: TrainerControl
  readonly live?: LiveWatcher
  /** The run waits for a device that another run has, instead of failing: nobody may be there to start it again. */
  readonly waitsForDevice?: boolean
  onEvent(event: RunEvent): void
  /** Cheats tried on the rewards, before the run begins. */
  onCheck?(done: number, of: number): void
}

export interface LaunchRequest {
  readonly run: ResolvedRun
  /** Folder of the run file: what a module must lie in. */
  readonly folder: string
  readonly source: { readonly path: string; readonly text: string }
  /** The run's directory, which must not exist. */
  readonly directory: string
  /** People said that code named by the run file may run. */
  readonly trustWorkspace: boolean
  /** SHA-256 of modules that people were shown and let run this once. */
  readonly trustedModules?: readonly string[] | undefined
  /** Whether git may be asked about the folder of the run file, which runs what its repository configures. */
  readonly asksGit: boolean
  /** Names of cheats that the rewards may pay; default: none. */
  readonly acceptPaidCheats?: readonly string[]
  /** People said that programs may run without a sandbox where none works. */
  readonly unsafeSandbox?: boolean | undefined
}

/** What people allow where a run goes on. */
export type ResumeConsents = Pick<LaunchRequest, 'trustWorkspace' | 'trustedModules' | 'asksGit' | 'unsafeSandbox'>

/** How a run ended; failures are thrown. */
export interface RunOutcome {
  readonly state: 'finished' | 'stopped'
  readonly directory: string
  readonly summary?: Summary
}

/** A run as `lab runs` lists it. */
export interface ListedRun {
  readonly directory: string
  /** As recorded; `running` where a process holds one that was stopped or failed, `interrupted` where none holds one that was going on. */
  readonly status: string
  /** What is wrong with a damaged run. */
  readonly problem?: string
  readonly step?: number
  readonly steps?: number
  readonly updatedAt?: string
  /** Held-out pass@1, of a run that has ended. */
  readonly passAt1?: { readonly before?: number; readonly after?: number }
}

/** Deadline of a module's call where no run file sets one. */
export const MODULE_SECONDS = 10

/** What run files of a folder may name, opened; modules of the folder need trust. */
export interface Workspace {
  environment(reference: EnvironmentRef): Promise<OpenEnvironment>
  reward(reference: RewardRef): Promise<RewardFunction>
  /** Runs the programs that completions of these environments are; undefined where they are none. */
  executor(environments: readonly OpenEnvironment[], settings: Pick<ResolvedRun, 'execution' | 'seed'>): Promise<Executor | undefined>
  /** Ends the processes of modules and sandboxes. */
  close(): Promise<void>
}

export interface WorkspaceOptions extends Pick<LaunchRequest, 'trustWorkspace' | 'trustedModules' | 'unsafeSandbox'> {
  /** Folders, absolute: git may be asked about repositories in and around them, as their problems need. With `trustWorkspace` also those of the workspace. */
  readonly gitFolders?: readonly string[]
  readonly deadlineSeconds: number
  /** For step reward models; default: the embedded one. */
  readonly engine?: ResolvedRun['engine']
}

/** What the commands need of the trainer; made in one place, where the concrete parts are chosen. */
export interface Services {
  readonly catalogue: Catalogue
  launch(request: LaunchRequest, control: RunControl): Promise<RunOutcome>
  resume(directory: string, options: ResumeConsents, control: RunControl): Promise<RunOutcome>
  /** An engine without a model, for sampling and scoring. @param options.torch of the run as which it does so */
  openEngine(name: ResolvedRun['engine'], options: { readonly threads: number; readonly microBatchTokens: number } & Pick<ResolvedRun, 'torch'>): Promise<Engine>
  /** The Python for PyTorch, or the one for vLLM, that people named on the command line, absolute: no other is taken. */
  choosePython(path: string, of: 'torch' | 'vllm'): void
  /** Where a Python for PyTorch is looked for, outside of any workspace. */
  pythons(): PythonSources
  /** Makes an environment with PyTorch; by default the one that all windows and command lines share. */
  setUpTorch: typeof setUpTorch
  readonly torchEnvironmentFolder: string
  openWorkspace(folder: string, options: WorkspaceOptions): Workspace
  /** What problems of people's own code are made with. @throws LabError `sandbox/no-runner`. */
  openProblemTools(): Promise<ProblemTools>
  /** Name of a directory for a new run under the folder where the command was given. */
  newRunDirectory(run: ResolvedRun, cwd: string): string
  /** The sandboxes that this program has, in the order in which they are chosen. */
  sandboxBackends(): readonly SandboxBackend[]
  /** This program: its folder, and its version. */
  readonly program: { readonly folder: string; readonly version: string }
  /** Folder of the samples that come with the program. */
  readonly samplesFolder: string
  /** The Python that `npm run setup:python` made, where it may lie. */
  readonly pythonOfProject: string | undefined
  listRuns(cwd: string): readonly ListedRun[]
  readonly trusted: TrustedModules
}
