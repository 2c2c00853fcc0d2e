import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { Checkpoint } from '../protocol/checkpoint.ts'
import type { FileOps } from './fileOps.ts'
import { deleteFolder, recoverFolder, saveFolder } from './folderSwap.ts'
import { hashFile } from './hashing.ts'
import { readJsonFile, writeJsonFile } from './jsonFile.ts'
import { listFolder, plainKind, within } from './plainFiles.ts'
import type { ReportRecovery } from './recovery.ts'
import { padded } from './runLayout.ts'

const RECORD = 'checkpoint.json'
const FOLDER_NAME = /^step-\d{6,15}(-v\d{6,15})?$/

/** Where in the run a checkpoint stands. */
export type CheckpointPosition = Omit<Checkpoint, 'version' | 'at' | 'files'>

export interface SavedCheckpoint {
  readonly directory: string
  readonly checkpoint: Checkpoint
}

/** The checkpoints of a run. A folder named `step-…` with a record whose sizes and hashes hold is whole; nothing else is. */
export class CheckpointStore {
  readonly #folder: string
  readonly #ops: FileOps
  readonly #report: ReportRecovery
  readonly #reported = new Set<string>()

  /** Puts right what a process killed while saving or deleting left. */
  constructor(folder: string, ops: FileOps, report: ReportRecovery) {
    this.#folder = folder
    this.#ops = ops
    this.#report = report
    for (const name of listFolder(folder)) recoverFolder(ops, folder, name)
  }

  /**
   * Saves a checkpoint: `fill` writes the model's files into the folder it is given, then they are hashed, recorded and put
   * in place at once. A checkpoint of the same position is replaced.
   */
  async save(position: CheckpointPosition, at: Date, fill: (folder: string) => Promise<void>): Promise<SavedCheckpoint> {
    const checkpoint: Checkpoint = { version: 1, ...position, at: at.toISOString(), files: {} }
    const directory = await saveFolder(this.#ops, this.#folder, this.#nameFor(position), fill, async (saving) => {
      checkpoint.files = await measure(saving)
      writeJsonFile(path.join(saving, RECORD), checkpoint, this.#ops)
    })
    return { directory, checkpoint }
  }

  /** The newest whole checkpoint. Broken ones are skipped and reported. */
  async latestWhole(): Promise<SavedCheckpoint | undefined> {
    for (const saved of this.#newestFirst()) {
      const problem = await this.#problemOf(saved)
      if (problem === undefined) return saved
      this.#reportBroken(saved.directory, problem)
    }
    return undefined
  }

  /** Deletes old checkpoints: the newest and `keep` more stay, and the newest whole one, and what is `needed` beside those that stay. */
  async retain(keep: number, needed: (saved: SavedCheckpoint, staying: readonly SavedCheckpoint[]) => boolean = () => false): Promise<void> {
    const all = this.#newestFirst()
    const old = all.slice(keep + 1)
    const newest = old.length === 0 ? undefined : await this.latestWhole()
    if (newest === undefined) return
    const staying = [...all.slice(0, keep + 1), newest]
    for (const saved of old) {
      if (saved.directory !== newest.directory && !needed(saved, staying)) deleteFolder(this.#ops, saved.directory)
    }
  }

  /** Checkpoints with a readable record, whole or not, oldest first. */
  list(): SavedCheckpoint[] {
    return this.#newestFirst().reverse()
  }

  /** RL steps name checkpoints; a supervised stage has several at one RL step, told apart by their optimiser steps. */
  #nameFor(position: CheckpointPosition): string {
    const name = `step-${padded(position.step, 6)}`
    const there = this.#newestFirst().find((saved) => path.basename(saved.directory) === name)?.checkpoint
    const samePlace = there === undefined || (there.policyVersion === position.policyVersion && there.stageIndex === position.stageIndex)
    return samePlace ? name : `${name}-v${padded(position.policyVersion, 6)}`
  }

  #newestFirst(): SavedCheckpoint[] {
    const saved: SavedCheckpoint[] = []
    for (const name of listFolder(this.#folder)) {
      const directory = path.join(this.#folder, name)
      const checkpoint = FOLDER_NAME.test(name) ? this.#read(directory) : undefined
      if (checkpoint !== undefined) saved.push({ directory, checkpoint })
    }
    return saved.sort((a, b) => compareAge(b.checkpoint, a.checkpoint))
  }

  #read(directory: string): Checkpoint | undefined {
    let problem = `${RECORD} is missing`
    try {
      const checkpoint = plainKind(directory) === 'folder' ? readJsonFile(path.join(directory, RECORD), Checkpoint) : undefined
      if (checkpoint !== undefined) return checkpoint
    } catch (error) {
      if (!LabError.is(error)) throw error
      problem = error.message
    }
    this.#reportBroken(directory, problem)
    return undefined
  }

  #reportBroken(directory: string, problem: string): void {
    if (this.#reported.has(directory)) return
    this.#reported.add(directory)
    this.#report({ what: 'broken checkpoint', detail: `${directory}: ${problem}; left out` })
  }

  async #problemOf({ directory, checkpoint }: SavedCheckpoint): Promise<string | undefined> {
    try {
      for (const [name, expected] of Object.entries(checkpoint.files)) {
        const place = within(directory, name)
        if (plainKind(place) !== 'file') return `${name} is missing`
        const { size } = fs.lstatSync(place)
        if (size !== expected.bytes) return `${name} has ${size} bytes instead of ${expected.bytes}`
        if ((await hashFile(place)) !== expected.sha256) return `${name} has changed since it was saved`
      }
      return undefined
    } catch (error) {
      if (!LabError.is(error)) throw error
      return error.message
    }
  }
}

async function measure(folder: string): Promise<Checkpoint['files']> {
  const files: Checkpoint['files'] = {}
  for (const name of listFolder(folder)) {
    const place = path.join(folder, name)
    files[name] = { bytes: fs.lstatSync(place).size, sha256: await hashFile(place) }
  }
  return files
}

function compareAge(a: Checkpoint, b: Checkpoint): number {
  return a.policyVersion - b.policyVersion || a.step - b.step || a.stageIndex - b.stageIndex || a.stageStep - b.stageStep
}
