import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { onDisk } from './diskGuard.ts'
import type { Summary } from '../protocol/summary.ts'
import type { RunState } from '../protocol/runState.ts'
import { LabError } from '../errors.ts'
import { lockHolder } from './runLock.ts'
import { RUN_FILES, padded } from './runLayout.ts'
import { readState } from './stateStore.ts'
import { readSummary } from './summaryStore.ts'

const ID_CHARACTERS = 4

/** Folder of the runs made under a base folder (a workspace, or where the command was given). */
export function defaultRunsFolder(base: string): string {
  return path.join(base, '.rollout-lab', 'runs')
}

/** An id that sorts by time of creation (UTC, to the second) and does not collide: `20250131-142501-9f3a1c0b`. */
export function newRunId(now: Date): string {
  const day = [now.getUTCFullYear(), now.getUTCMonth() + 1, now.getUTCDate()].map((part) => padded(part, 2)).join('')
  const time = [now.getUTCHours(), now.getUTCMinutes(), now.getUTCSeconds()].map((part) => padded(part, 2)).join('')
  return `${day}-${time}-${randomBytes(ID_CHARACTERS).toString('hex')}`
}

const ID_IN_NAME = /--(\d{8}-\d{6}-[0-9a-f]{8})$/

/** The id that a run directory was named with, or a new one. */
export function runIdOf(directory: string, now: Date): string {
  return ID_IN_NAME.exec(path.basename(directory))?.[1] ?? newRunId(now)
}

/** `<label>--<model>--<id>`, the label being the run's name, else its recipe or environment, with nothing in it that a file system could refuse. */
export function runFolderName(label: string, model: string, runId: string): string {
  return [label, model, runId].map(plainName).join('--')
}

function plainName(text: string): string {
  const plain = text.normalize('NFKD').replace(/[^A-Za-z0-9._]+/g, '-').replace(/^[-.]+|[-.]+$/g, '')
  return plain.slice(0, 60) || 'unnamed'
}

export interface ListedRun {
  readonly directory: string
  /** Absent where the run has no readable state; `problem` says why. */
  readonly state?: RunState
  /** What it showed; absent before its end. */
  readonly summary?: Summary
  readonly problem?: string
  /** A living process holds the run; a state of `running` without one is that of a run that was killed. */
  readonly alive: boolean | 'unknown'
}

/** The runs of a folder, newest first, read without their locks: a trainer replaces these files whole. Damaged ones are listed with what is wrong; links are left out. */
export function listRuns(runsFolder: string): ListedRun[] {
  if (!fs.existsSync(runsFolder)) return []
  const entries = onDisk(runsFolder, () => fs.readdirSync(runsFolder, { withFileTypes: true }))
  const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(runsFolder, entry.name))
  const runs = folders.filter((folder) => fs.existsSync(path.join(folder, RUN_FILES.run)))
  return runs.map(describeRun).sort((a, b) => (idOf(a.directory) < idOf(b.directory) ? 1 : -1))
}

function describeRun(directory: string): ListedRun {
  try {
    const holder = lockHolder(directory)
    const state = readState(directory)
    const alive = holder === 'unknown' ? holder : holder === 'alive'
    if (state === undefined) return { directory, alive, problem: 'no state recorded' }
    return { directory, alive, state, ...summaryOf(directory) }
  } catch (error) {
    if (!LabError.is(error)) throw error
    return { directory, alive: false, problem: error.message }
  }
}

/** A damaged summary takes nothing from what the state says. */
function summaryOf(directory: string): Pick<ListedRun, 'summary' | 'problem'> {
  try {
    const summary = readSummary(directory)
    return summary === undefined ? {} : { summary }
  } catch (error) {
    if (!LabError.is(error)) throw error
    return { problem: error.message }
  }
}

function idOf(directory: string): string {
  return path.basename(directory).split('--').at(-1) ?? ''
}
