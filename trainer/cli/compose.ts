import { readFileSync } from 'node:fs'
import { dirname, join, resolve as resolvePath } from 'node:path'
import type { EngineOptions } from '../engines/engine.ts'
import type { PythonSources } from '../engines/torch/pythonCandidates.ts'
import { setUpTorch } from '../engines/torch/setup/setUpTorch.ts'
import { createRunControl } from '../orchestrator/cancellation.ts'
import type { RunControl as TrainerControl } from '../orchestrator/cancellation.ts'
import { runTrainer } from '../orchestrator/runTrainer.ts'
import type { RunEvent } from '../protocol/events.ts'
import { listedStatus } from '../protocol/goingOn.ts'
import { modelName } from '../protocol/modelName.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import type { Summary } from '../protocol/summary.ts'
import { UserModules } from '../sandbox/modules/userModules.ts'
import { unsafeBackend } from '../sandbox/unsafe/unsafeBackend.ts'
import { diskFileOps } from '../stores/fileOps.ts'
import { recordGitState, recordNoGitState } from '../stores/gitState.ts'
import type { ReportRecovery } from '../stores/recovery.ts'
import { recordRedTeam } from '../stores/redTeamStore.ts'
import { createRun, openRun } from '../stores/runDirectory.ts'
import type { RunDirectory } from '../stores/runDirectory.ts'
import { defaultRunsFolder, listRuns, newRunId, runFolderName, runIdOf } from '../stores/runsFolder.ts'
import type { ListedRun as StoredRun } from '../stores/runsFolder.ts'
import { shippedCatalogue } from './catalogue.ts'
import type { EventOf } from './display/eventLines.ts'
import { startEngine } from './engines.ts'
import { watchMemory } from './peakMemory.ts'
import { checkRewards } from './redteam/checkRewards.ts'
import { KnownReports } from './redteam/knownReports.ts'
import type { LaunchRequest, ListedRun, ResumeConsents, RunControl, RunOutcome, Services, WorkspaceOptions } from './services.ts'
import { requireOwnRun } from './recordedRun.ts'
import { RunExecutor } from './runExecutor.ts'
import { RewardBackends } from './rewardSandboxes.ts'
import { sandboxBackends } from './sandboxBackends.ts'
import { StepRewardModels } from './stepRewardModels.ts'
import { openersOf, prepareParts, withDataHashes } from './trainerParts.ts'
import type { PreparedParts, RunHelpers } from './trainerParts.ts'
import { pythonsOfMachine } from './torch/pythonsOfMachine.ts'
import { runEngines } from './torch/runEngines.ts'
import type { RunEngines, Waiting } from './torch/runEngines.ts'
import { configurationFolder, torchEnvironmentFolder } from './userFolders.ts'
import { trustedModules } from './trustedModules.ts'
import { machinePythons, openProblemTools, workspaceRunnerOf } from './workspaceTools.ts'

/** Of engines that only score. */
const SCORING = { threads: 0, microBatchTokens: 1024 }

/**
 * The one place where the concrete parts meet.
 * @param root folder of the program: `package.json`, `samples/`.
 */
export function compose(root: string): Services {
  const flags: { torch?: string; vllm?: string } = {}
  const pythons = (trustedFolders: readonly string[]): PythonSources => pythonsOfMachine({ flag: flags.torch, vllmFlag: flags.vllm, root, trustedFolders })
  return {
    catalogue: shippedCatalogue,
    launch: (request, control) => launch({ root, pythons }, request, control),
    resume: (directory, consents, control) => resume({ root, pythons }, directory, consents, control),
    openEngine: (name, options) => startEngine(name, { ...options, trains: false }, () => pythons([])),
    choosePython: (path, of) => { flags[of] = path },
    pythons: () => pythons([]),
    setUpTorch,
    torchEnvironmentFolder: torchEnvironmentFolder(),
    openWorkspace: (folder, options) => {
      const scorers: RunEngines = { start: () => startEngine(options.engine ?? 'onnx', { ...SCORING, trains: false }, () => pythons(trusted(folder, options))), waits: false, close: () => undefined }
      const helpers = helpersOf(root, folder, options, scorers, SCORING)
      return {
        ...openersOf(helpers.modules, folder, helpers.stepModels),
        executor: (environments, settings) => helpers.executors.open({ environments, ...settings }),
        close: () => closeAll(helpers)
      }
    },
    openProblemTools: () => openProblemTools(sandboxBackends(), machinePythons(pythonOf(root))),
    newRunDirectory: (run, cwd) => join(defaultRunsFolder(cwd), runFolderName(labelOf(run), modelLabel(run), newRunId(new Date()))),
    listRuns: (cwd) => listRuns(defaultRunsFolder(cwd)).map(described),
    trusted: trustedModules(approvalsFile()),
    sandboxBackends,
    program: { folder: resolvePath(root), get version() { return versionsOf(root)['rollout-lab'] } },
    samplesFolder: join(root, 'samples'),
    pythonOfProject: pythonOf(root)
  }
}

/** What runs are started with. */
interface Program {
  readonly root: string
  /** @param folders whose environments may be used. */
  readonly pythons: (folders: readonly string[]) => PythonSources
}

const trusted = (folder: string, { trustWorkspace }: WorkspaceOptions | ResumeConsents): readonly string[] => (trustWorkspace ? [folder, process.cwd()] : [])

async function launch({ root, pythons }: Program, request: LaunchRequest, control: RunControl): Promise<RunOutcome> {
  const { folder, source, trustWorkspace, trustedModules, unsafeSandbox } = request
  const run = await withDataHashes(request.run)
  const engines = await runEngines(run, request.directory, pythons(trusted(folder, request)), folder, waitingOf(control))
  const helpers = helpersOf(root, folder, { trustWorkspace, trustedModules, unsafeSandbox, gitFolders: request.asksGit ? [folder] : [], deadlineSeconds: run.rewardDeadlineSeconds }, engines, run)
  try {
    const prepared = await prepareParts(run, helpers, folder, versionsOf(root))
    const { directory: path } = request
    // Cheats are judged by the scores that they get: a model that gives them cannot wait.
    const openReward = openersOf(helpers.modules, folder, helpers.stepModels).reward
    const check = await checkRewards(run, { ...prepared, openReward }, {
      accepted: request.acceptPaidCheats ?? [], signal: AbortSignal.any([control.safePoint, control.now]), known: knownReports(), version: versionsOf(root)['rollout-lab'],
      onProgress: (done, of) => control.onCheck?.(done, of)
    })
    if (!check) return { state: 'stopped', directory: path }
    const parts = { ...prepared, notices: check.notices }
    const directory = await createRun({ directory: path, runId: runIdOf(path, new Date()), run, source, createdAt: new Date() }, { report: reporter(control) })
    try {
      if (request.asksGit) await recordGitState(folder, directory.path, diskFileOps)
      else recordNoGitState(directory.path, diskFileOps)
      if (check.report) recordRedTeam(directory.path, check.report, diskFileOps)
      return await train(directory, parts, control)
    } finally {
      directory.close()
    }
  } finally {
    await closeAll(helpers)
  }
}

/** A run that has finished already is told from its summary. */
async function resume(program: Program, named: string, consents: ResumeConsents, control: RunControl): Promise<RunOutcome> {
  requireOwnRun(named)
  const directory = await openRun(named, { report: reporter(control) })
  try {
    const finished = finishedBefore(directory)
    if (!finished) return await goOn(program, directory, consents, control)
    control.onEvent(finished)
    return { state: 'finished', directory: directory.path, summary: finished.summary }
  } finally {
    directory.close()
  }
}

async function goOn({ root, pythons }: Program, directory: RunDirectory, consents: ResumeConsents, control: RunControl): Promise<RunOutcome> {
  const { run, source } = directory.record
  const folder = dirname(source.path)
  const engines = await runEngines(run, directory.path, pythons(trusted(folder, consents)), folder, waitingOf(control))
  const helpers = helpersOf(root, folder, { ...consents, gitFolders: consents.asksGit ? [folder] : [], deadlineSeconds: run.rewardDeadlineSeconds }, engines, run)
  try {
    return await train(directory, await prepareParts(run, helpers, folder, versionsOf(root)), control)
  } finally {
    await closeAll(helpers)
  }
}

/** The last event of a run that has nothing left to do. */
function finishedBefore(directory: RunDirectory): EventOf<'runFinished'> | undefined {
  const state = directory.state.read()
  const summary = directory.summary.read()
  if (state?.status !== 'finished' || !summary) return undefined
  return { version: 1, at: state.updatedAt, type: 'runFinished', step: state.step, state: 'finished', summary }
}

async function train(directory: RunDirectory, parts: PreparedParts, control: RunControl): Promise<RunOutcome> {
  const memory = watchMemory()
  const emit = (event: RunEvent): void => {
    memory.look()
    control.onEvent(event)
  }
  const live = control.live ? { live: control.live } : {}
  const summary = await runTrainer({ ...parts, directory, emit, ...live, peakMemoryBytes: memory.peak }, trainerControl(control))
  return { state: summary.state === 'finished' ? 'finished' : 'stopped', directory: directory.path, summary }
}

/** The orchestrator's control: the one given, or one worked by the signals of the command line. */
function trainerControl(given: RunControl): TrainerControl {
  if (given.steering) return given.steering
  const control = createRunControl()
  onAbort(given.safePoint, () => control.stop())
  onAbort(given.now, () => control.stopNow())
  return control
}

/** How the run waits for its device, where it does. */
const waitingOf = (control: RunControl): Waiting | undefined => (control.waitsForDevice ? trainerControl(control) : undefined)

function onAbort(signal: AbortSignal, listener: () => void): void {
  if (signal.aborted) listener()
  else signal.addEventListener('abort', listener, { once: true })
}

/** What was put right when the directory was opened, before the run has a diary of its own. */
function reporter({ onEvent }: RunControl): ReportRecovery {
  return ({ what, detail }) => onEvent({ version: 1, at: new Date().toISOString(), step: 0, type: 'recovered', what, detail })
}

function helpersOf(root: string, folder: string, options: WorkspaceOptions, engines: RunEngines, scoring: EngineOptions): RunHelpers {
  const rewardSandboxes = new RewardBackends(() => sandboxBackends(), () => unsafeBackend())
  const { threads, microBatchTokens } = scoring
  const gitFolders = [...(options.gitFolders ?? []), ...(options.trustWorkspace ? [folder] : [])]
  return {
    engines,
    modules: new UserModules({ ...options, workspace: folder, approvalsFile: approvalsFile(), sandboxes: rewardSandboxes }),
    rewardSandboxes,
    stepModels: new StepRewardModels(() => engines.start({ threads, microBatchTokens, trains: false })),
    executors: new RunExecutor({ backends: () => sandboxBackends({ unsafe: options.unsafeSandbox }), workspaces: () => workspaceRunnerOf(gitFolders, machinePythons(pythonOf(root))) })
  }
}

async function closeAll({ engines, modules, rewardSandboxes, stepModels, executors }: RunHelpers): Promise<void> {
  await modules.close()
  await rewardSandboxes.close()
  await stepModels.close()
  await executors.close()
  engines.close()
}

const pythonOf = (root: string): string => join(root, '.venv', process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

const knownReports = (): KnownReports => new KnownReports(join(configurationFolder(), 'red-team'))

const approvalsFile = (): string => join(configurationFolder(), 'approved-modules.json')

function versionsOf(root: string): { readonly 'rollout-lab': string; readonly node: string } {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return { 'rollout-lab': version, node: process.versions.node }
}


const labelOf = (run: ResolvedRun): string => (run.name === 'run' ? (run.recipe ?? run.environment?.name ?? run.name) : run.name)
const modelLabel = ({ model }: ResolvedRun): string => (typeof model === 'string' ? modelName(model) : 'new')

function described({ directory, state, summary, problem, alive }: StoredRun): ListedRun {
  const fault = problem === undefined ? {} : { problem }
  if (!state) return { directory, status: 'damaged', ...fault }
  const { step, steps, updatedAt } = state
  return { directory, status: listedStatus(state.status, alive !== false), step, steps, updatedAt, ...fault, ...passAt1Of(summary) }
}

function passAt1Of(summary: Summary | undefined): Pick<ListedRun, 'passAt1'> {
  const { before, after } = summary?.heldOut ?? {}
  return before || after ? { passAt1: { ...(before && { before: before.passAt1.value }), ...(after && { after: after.passAt1.value }) } } : {}
}
