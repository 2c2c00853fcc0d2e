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
import { ensureFolder, listFolder, removePlain, requireFolder } from './plainFiles.ts'
import type { ReportRecovery } from './recovery.ts'
import { RolloutStore } from './rolloutStore.ts'
import { RUN_FILES } from './runLayout.ts'
import { lockRun } from './runLock.ts'
import type { RunLock } from './runLock.ts'
import { RunRecord } from './runRecord.ts'
import { recoverShards } from './shardRecovery.ts'
import { openState } from './stateStore.ts'
import type { StateStore } from './stateStore.ts'
import { openSummary } from './summaryStore.ts'
import type { SummaryStore } from './summaryStore.ts'

/** A run directory that this process may write to, until `close`. */
export interface RunDirectory {
  readonly path: string
  readonly record: RunRecord
  readonly rollouts: RolloutStore
  readonly checkpoints: CheckpointStore
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

const ignoreRecovery: ReportRecovery = () => undefined

/** Makes a run directory; rejects with `store/run-exists` where something lies already. */
export async function createRun(newRun: NewRun, options: RunDirectoryOptions = {}): Promise<RunDirectory> {
  const ops = options.ops ?? diskFileOps
  const directory = path.resolve(newRun.directory)
  const parent = path.dirname(directory)
  onDisk(parent, () => fs.mkdirSync(parent, { recursive: true }))
  makeNewFolder(directory, ops)
  const record: RunRecord = {
    version: 1,
    runId: newRun.runId,
    createdAt: newRun.createdAt.toISOString(),
    run: newRun.run,
    source: { ...newRun.source }
  }
  writeJsonFile(path.join(directory, RUN_FILES.run), record, ops)
  onDisk(parent, () => syncFolder(ops, parent))
  return openRun(directory, options)
}

function makeNewFolder(directory: string, ops: FileOps): void {
  try {
    ops.makeFolder(directory)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') return onDisk(directory, () => { throw error })
    throw new LabError('store', 'run-exists', `${directory} exists already`, {
      place: directory,
      remedy: 'Resume it with `lab resume`, or give the new run a directory of its own with --out.',
      cause: error
    })
  }
}

/** Opens an existing run directory to go on with it; what a killed process left is put right and reported. */
export async function openRun(directory: string, options: RunDirectoryOptions = {}): Promise<RunDirectory> {
  const ops = options.ops ?? diskFileOps
  const report = options.report ?? ignoreRecovery
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
  ensureFolder(ops, at('rollouts'))
  ensureFolder(ops, at('checkpoints'))
  const compacted = await recoverShards(at('rollouts'), ops, report)
  const rollouts = new RolloutStore({ folder: at('rollouts'), ops, report, compacted })
  const checkpoints = new CheckpointStore(at('checkpoints'), ops, report)
  const metrics = openMetrics(at('metrics'), ops, report)
  const events = openEvents(at('events'), ops, report)
  return {
    path: directory, record, rollouts, checkpoints, metrics, events,
    state: openState(at('state'), ops),
    summary: openSummary(at('summary'), ops),
    sync: () => {
      metrics.sync()
      events.sync()
    },
    close: () => {
      metrics.close()
      events.close()
      lock.release()
    }
  }
}

const DRAFT_NAME = /^(state\.json|summary\.json|git\.json|git\.patch|run\.json)\.\d+$|^run\.lock\.[0-9a-f]{32}$/

/** Drafts of atomic replacements that a killed process never put in place. */
function removeDrafts(directory: string, ops: FileOps): void {
  for (const name of listFolder(directory)) {
    if (DRAFT_NAME.test(name)) removePlain(ops, path.join(directory, name))
  }
}
