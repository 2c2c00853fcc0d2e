import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { CheckpointStore } from './checkpointStore.ts'
import { onDisk } from './diskGuard.ts'
import { openEvents } from './eventStore.ts'
import type { EventStore } from './eventStore.ts'
import { diskFileOps, syncFolder } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { readJsonFile, writeJsonFile } from './jsonFile.ts'
import { openMetrics } from './metricsStore.ts'
import type { MetricsStore } from './metricsStore.ts'
import { ModelStore } from './modelStore.ts'
import { ensureFolder, listFolder, plainKind, removePlain, requireFolder } from './plainFiles.ts'
import type { ReportRecovery } from './recovery.ts'
import { RolloutStore } from './rolloutStore.ts'
import { RUN_FILES } from './runLayout.ts'
import { isLockDraft, lockRun, removeLockDrafts } from './runLock.ts'
import type { RunLock } from './runLock.ts'
import { RunRecord } from './runRecord.ts'
import { recoverShards } from './shardRecovery.ts'
import { openState } from './stateStore.ts'
import type { StateStore } from './stateStore.ts'
import { openSummary } from './summaryStore.ts'
import type { SummaryStore } from './summaryStore.ts'
import { openTokenUpdates } from './tokenUpdates.ts'
import type { TokenUpdates } from './tokenUpdates.ts'

/** A run directory that this process may write to, until `close`. */
export interface RunDirectory {
  readonly path: string
  readonly record: RunRecord
  readonly rollouts: RolloutStore
  readonly checkpoints: CheckpointStore
  /** What a finished run leaves for others to use. */
  readonly model: ModelStore
  readonly updates: TokenUpdates
  readonly metrics: MetricsStore
  readonly events: EventStore
  readonly state: StateStore
  readonly summary: SummaryStore
  /** Forces everything recorded so far to the disk. */
  sync(): void
  /** Closes the files and gives the lock back. */
  close(): void
}

export interface RunDirectoryOptions {
  readonly ops?: FileOps
  readonly report?: ReportRecovery
}

export interface NewRun {
  /** The run directory to make; nothing may lie there yet. */
  readonly directory: string
  readonly runId: string
  readonly run: ResolvedRun
  readonly source: { readonly path: string; readonly text: string }
  readonly createdAt: Date
}

/** Drafts of atomic replacements that a killed process never put in place. */
const DRAFT_NAME = /^(state\.json|summary\.json|annotations\.json|redTeam\.json|git\.json|git\.patch|run\.json)\.\d+$/
const ignoreRecovery: ReportRecovery = () => undefined

/** Makes a run directory; rejects with `store/run-exists` where something else than an empty folder lies already. */
export async function createRun(newRun: NewRun, options: RunDirectoryOptions = {}): Promise<RunDirectory> {
  const { ops, report } = filledIn(options)
  const directory = makeRunFolder(newRun.directory, ops)
  const lock = lockRun(directory, ops, report)
  try {
    requireUnused(directory)
    const record = newRecord(newRun)
    writeJsonFile(path.join(directory, RUN_FILES.run), record, ops)
    onDisk(directory, () => syncFolder(ops, path.dirname(directory)))
    return await openStores(directory, record, lock, ops, report)
  } catch (error) {
    lock.release()
    throw error
  }
}

function filledIn(options: RunDirectoryOptions): Required<RunDirectoryOptions> {
  return { ops: options.ops ?? diskFileOps, report: options.report ?? ignoreRecovery }
}

function newRecord({ runId, createdAt, run, source }: NewRun): RunRecord {
  return { version: 1, runId, createdAt: createdAt.toISOString(), run, source: { ...source } }
}

/** The real path of the folder, made where it is absent. */
function makeRunFolder(wanted: string, ops: FileOps): string {
  const directory = path.resolve(wanted)
  onDisk(directory, () => fs.mkdirSync(path.dirname(directory), { recursive: true }))
  makeUnlessThere(directory, ops)
  const real = onDisk(directory, () => fs.realpathSync(directory))
  requireUnused(real)
  return real
}

function makeUnlessThere(directory: string, ops: FileOps): void {
  try {
    onDisk(directory, () => ops.makeFolder(directory))
  } catch (error) {
    // Made by hand, or just now by another process: what lies in it decides.
    if (!LabError.is(error, 'exists')) throw error
  }
}

/** Whether a run can be made in the folder. What a process killed while making a run may have left is no reason to refuse it. */
export function isUnusedRunFolder(directory: string): boolean {
  const real = onDisk(directory, () => fs.realpathSync(directory))
  return plainKind(real) === 'folder' && listFolder(real).every((name) => name === RUN_FILES.lock || isLockDraft(name) || DRAFT_NAME.test(name))
}

function requireUnused(directory: string): void {
  requireFolder(directory)
  if (isUnusedRunFolder(directory)) return
  throw new LabError('store', 'run-exists', `${directory} exists already and is not empty`, {
    place: directory,
    remedy: 'Resume it with `lab resume`, or give the new run a directory of its own with --out.'
  })
}

/** Opens an existing run directory to go on with it; what a killed process left is put right and reported. */
export async function openRun(directory: string, options: RunDirectoryOptions = {}): Promise<RunDirectory> {
  const { ops, report } = filledIn(options)
  const real = onDisk(directory, () => fs.realpathSync(directory))
  requireFolder(real)
  const record = readRunRecord(real)
  const lock = lockRun(real, ops, report)
  try {
    return await openStores(real, record, lock, ops, report)
  } catch (error) {
    lock.release()
    throw error
  }
}

/** run.json of a run, without taking the lock. */
export function readRunRecord(directory: string): RunRecord {
  const place = path.join(directory, RUN_FILES.run)
  const record = readJsonFile(place, RunRecord)
  if (record !== undefined) return record
  throw new LabError('store', 'not-a-run', `${directory} is not a run directory: it has no ${RUN_FILES.run}`, {
    place,
    remedy: 'Give the folder of a run, for example one under .rollout-lab/runs.'
  })
}

async function openStores(directory: string, record: RunRecord, lock: RunLock, ops: FileOps, report: ReportRecovery): Promise<RunDirectory> {
  const at = (name: keyof typeof RUN_FILES): string => path.join(directory, RUN_FILES[name])
  removeDrafts(directory, ops)
  removeLockDrafts(directory, ops)
  ensureFolder(ops, at('rollouts'))
  ensureFolder(ops, at('checkpoints'))
  const compacted = await recoverShards(at('rollouts'), ops, report)
  const rollouts = new RolloutStore({ folder: at('rollouts'), ops, report, compacted })
  const checkpoints = new CheckpointStore(at('checkpoints'), ops, report)
  const model = new ModelStore(directory, ops)
  const metrics = openMetrics(at('metrics'), ops, report)
  const events = openEvents(at('events'), ops, report)
  return {
    path: directory, record, rollouts, checkpoints, model, metrics, events,
    updates: openTokenUpdates(directory, ops),
    state: openState(at('state'), ops),
    summary: openSummary(at('summary'), ops),
    sync: () => {
      metrics.sync()
      events.sync()
    },
    close: () => {
      rollouts.close()
      metrics.close()
      events.close()
      lock.release()
    }
  }
}

function removeDrafts(directory: string, ops: FileOps): void {
  for (const name of listFolder(directory)) {
    if (DRAFT_NAME.test(name)) removePlain(ops, path.join(directory, name))
  }
}
