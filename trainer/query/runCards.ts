import { createHash } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { LabError } from '../errors.ts'
import { listedStatus } from '../protocol/goingOn.ts'
import { modelName } from '../protocol/modelName.ts'
import type { Notice } from '../protocol/rolloutViews.ts'
import type { RunCard } from '../protocol/runViews.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import type { RunState } from '../protocol/runState.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import type { Summary } from '../protocol/summary.ts'
import { readAnnotations } from '../stores/annotationStore.ts'
import type { Annotations } from '../stores/annotationStore.ts'
import { onDisk } from '../stores/diskGuard.ts'
import { listFolder, plainKind, readPlain } from '../stores/plainFiles.ts'
import { readRunRecord } from '../stores/runDirectory.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import { lockHolder } from '../stores/runLock.ts'
import type { RunRecord } from '../stores/runRecord.ts'
import { readState } from '../stores/stateStore.ts'
import { readSummary } from '../stores/summaryStore.ts'
import { lastPassAt1 } from './evaluationTail.ts'
import { rewardSpark } from './rewardSpark.ts'

const RUN_JSON_LIMIT = 16 * 1024 * 1024
const Versioned = z.object({ version: z.number() })

/** Throws where the directory holds no run that this version can read. */
export function requireReadableRun(directory: string): RunRecord {
  const place = path.join(directory, RUN_FILES.run)
  if (plainKind(place) === 'file' && versionOf(place) > 1) {
    throw new LabError('store', 'newer-run', `${directory} was written by a newer Rollout Lab`, { place, remedy: 'Update Rollout Lab to read it.' })
  }
  return readRunRecord(directory)
}

function versionOf(place: string): number {
  try {
    return Versioned.safeParse(JSON.parse(readPlain(place, RUN_JSON_LIMIT))).data?.version ?? 1
  } catch (error) {
    if (error instanceof SyntaxError) return 1
    throw error
  }
}

/** The runs of some folders, newest first. Links are left out; what cannot be listed is named. */
export function listCards(folders: readonly string[]): { readonly runs: readonly RunCard[]; readonly notices: readonly Notice[] } {
  const notices: Notice[] = []
  const runs = folders.flatMap((folder) => {
    try {
      return runDirectories(folder).map((directory) => cardOf(directory))
    } catch (error) {
      if (!LabError.is(error)) throw error
      notices.push({ place: folder, message: error.message, count: 1 })
      return []
    }
  })
  return { runs: runs.sort((a, b) => (b.createdAt < a.createdAt ? -1 : b.createdAt > a.createdAt ? 1 : b.directory < a.directory ? -1 : 1)), notices }
}

function runDirectories(folder: string): string[] {
  if (!fs.existsSync(folder)) return []
  const entries = onDisk(folder, () => fs.readdirSync(folder, { withFileTypes: true }))
  return entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(folder, entry.name)).filter((place) => fs.existsSync(path.join(place, RUN_FILES.run)))
}

/**
 * What a list shows of a run, however damaged it is.
 * @param name what the run was asked for by, where links lead from there to the directory
 */
export function cardOf(directory: string, name = directory): RunCard {
  let record: RunRecord
  try {
    record = requireReadableRun(directory)
  } catch (error) {
    if (!LabError.is(error)) throw error
    return unreadable(directory, name, error)
  }
  const problems: string[] = []
  const known = <T>(read: () => T, otherwise: T): T => {
    try {
      return read()
    } catch (error) {
      if (!LabError.is(error)) throw error
      problems.push(error.message)
      return otherwise
    }
  }
  const state = known(() => readState(directory), undefined)
  const summary = known(() => readSummary(directory), undefined)
  const annotations = known(() => readAnnotations(directory), { version: 1, notes: '', tags: [], pinned: false } as Annotations)
  const alive = known(() => lockHolder(directory), 'none' as const)
  const rewards = known(() => rewardSpark(path.join(directory, RUN_FILES.metrics)), [])
  const last = known(() => lastPassAt1(path.join(directory, RUN_FILES.events)), {})
  const checkpoints = known(() => checkpointFolders(directory).length, 0)
  return {
    directory: name, ...describe(record), ...told(record, annotations), ...standing(record, state, alive, problems),
    passAt1: passAt1Of(summary, last), rewardSpark: rewards, checkpoints
  }
}

export function checkpointFolders(directory: string): string[] {
  const folder = path.join(directory, RUN_FILES.checkpoints)
  if (plainKind(folder) !== 'folder') return []
  return listFolder(folder).filter((name) => /^step-\d{6,15}(-v\d{6,15})?$/.test(name)).map((name) => path.join(folder, name))
}

/** Hash of what a run does, its seed and notes apart: runs of one study share it. */
export function studyOf(run: ResolvedRun): string {
  const { seed: _seed, notes: _notes, $schema: _schema, ...rest } = run
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16)
}

function environmentNames(run: ResolvedRun): string[] {
  return stageEnvironments(run).map((reference) => (reference.name === 'module' && 'path' in reference ? path.basename(reference.path as string) : reference.name))
}

function describe({ runId, createdAt, run, recorded }: RunRecord): Pick<RunCard, 'runId' | 'recipe' | 'model' | 'environment' | 'seed' | 'study' | 'createdAt'> {
  return {
    runId, createdAt, seed: run.seed, study: studyOf(run), recipe: run.recipe ?? (recorded === undefined ? '' : `recorded by ${recorded.by}`),
    model: typeof run.model === 'string' ? modelName(run.model) : `new ${run.model.hiddenSize} × ${run.model.layers}`,
    environment: environmentNames(run).join(' + ')
  }
}

function told({ run }: RunRecord, { name, notes, tags, pinned }: Annotations): Pick<RunCard, 'name' | 'notes' | 'tags' | 'pinned'> {
  return { name: name ?? run.name, notes: notes === '' ? run.notes : notes, tags, pinned }
}

function standing(
  { createdAt, run }: RunRecord, state: RunState | undefined, alive: 'none' | 'alive' | 'unknown', problems: readonly string[]
): Pick<RunCard, 'status' | 'problem' | 'stage' | 'step' | 'steps' | 'updatedAt'> {
  const problem = problems.length === 0 ? {} : { problem: problems.join('; ') }
  if (state === undefined) {
    const status = problems.length > 0 ? 'damaged' : alive === 'none' ? 'interrupted' : 'running'
    return { status, stage: '', step: 0, steps: run.steps, updatedAt: createdAt, ...problem }
  }
  const status = listedStatus(state.status, alive !== 'none')
  const reason = state.error === undefined || status !== state.status ? {} : { problem: `${state.error.message} ${state.error.remedy}` }
  return { status, stage: state.stage, step: state.step, steps: state.steps, updatedAt: state.updatedAt, ...reason, ...problem }
}

function passAt1Of(summary: Summary | undefined, told: RunCard['passAt1']): RunCard['passAt1'] {
  const before = summary?.heldOut.before?.passAt1.value ?? told.before
  const last = summary?.heldOut.after?.passAt1.value ?? told.last
  return { ...(before === undefined ? {} : { before }), ...(last === undefined ? {} : { last }) }
}

function unreadable(directory: string, name: string, error: LabError): RunCard {
  const newer = error.code === 'newer-run'
  const at = fs.lstatSync(directory, { throwIfNoEntry: false })?.mtime.toISOString() ?? new Date(0).toISOString()
  const none = { recipe: '', model: '', environment: '', seed: 0, study: '', notes: '', tags: [], pinned: false, stage: '', step: 0, steps: 0 }
  return {
    directory: name, runId: '', name: path.basename(name), ...none, createdAt: at, updatedAt: at, status: newer ? 'newer' : 'damaged',
    problem: `${error.message}. ${error.remedy}`, passAt1: {}, rewardSpark: [], checkpoints: 0
  }
}

