import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../errors.ts'
import { Checkpoint } from '../protocol/checkpoint.ts'
import type { QueryResults } from '../protocol/queries.ts'
import type { Notice } from '../protocol/rolloutViews.ts'
import { isRewardFile, rewardPartName } from '../protocol/rewardFile.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { stagesOf } from '../protocol/runStages.ts'
import type { CheckpointCard, RunDetails } from '../protocol/runViews.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import { GitRecord } from '../stores/gitState.ts'
import { readJsonFile } from '../stores/jsonFile.ts'
import { distinctParts } from '../stores/partNames.ts'
import { listFolder, plainKind } from '../stores/plainFiles.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import { readState } from '../stores/stateStore.ts'
import { readSummary } from '../stores/summaryStore.ts'
import { cardOf, checkpointFolders, requireReadableRun } from './runCards.ts'

/** Everything about a run but its rollouts. @param name what the run was asked for by */
export function runDetails(directory: string, name: string): RunDetails {
  const record = requireReadableRun(directory)
  const notices: Notice[] = []
  const known = <T>(file: string, read: (place: string) => T): T | undefined => {
    const place = path.join(directory, file)
    try {
      return read(place)
    } catch (error) {
      if (!LabError.is(error)) throw error
      notices.push({ place, message: error.message, count: 1 })
      return undefined
    }
  }
  const state = known(RUN_FILES.state, () => readState(directory))
  const summary = known(RUN_FILES.summary, () => readSummary(directory))
  const git = known(RUN_FILES.git, (place) => readJsonFile(place, GitRecord))
  const { run, source, recorded } = record
  return {
    card: cardOf(directory, name), run, source, notices,
    ...(state === undefined ? {} : { state }), ...(summary === undefined ? {} : { summary }), ...gitOf(git),
    rewardParts: recorded?.rewards ?? rewardParts(run), environments: environments(run)
  }
}

/** Of all stages; a module that is no reward file alone knows what its part is called. */
function rewardParts(run: ResolvedRun): string[] {
  const rewards = stagesOf(run).flatMap((stage) => stage.rewards ?? run.rewards)
  return distinctParts(rewards.flatMap((reward) => {
    if (reward.name !== 'module') return [reward.name]
    return isRewardFile(reward.path) ? [rewardPartName(reward.path, reward.function ?? 'score')] : []
  }))
}

/** Of all stages; a module alone knows what its environment is called. */
function environments(run: ResolvedRun): string[] {
  const names = stagesOf(run).flatMap((stage) => stageEnvironments(run, stage)).map(({ name }) => name)
  return [...new Set(names)].filter((name) => name !== 'module')
}

function gitOf(git: GitRecord | undefined): Pick<RunDetails, 'git'> {
  if (git?.state !== 'recorded') return {}
  return { git: { commit: git.commit ?? '', branch: git.branch ?? '', dirty: git.changed.length + git.untracked.length > 0 } }
}

/** Bytes that a run takes; links are not followed. */
export function runSize(directory: string): QueryResults['runs/size'] {
  const part = (name: string): number => {
    const place = path.join(directory, name)
    return fs.existsSync(place) ? bytesUnder(place) : 0
  }
  return { bytes: bytesUnder(directory), checkpointBytes: part(RUN_FILES.checkpoints), rolloutBytes: part(RUN_FILES.rollouts) }
}

function bytesUnder(place: string): number {
  const stats = fs.lstatSync(place, { throwIfNoEntry: false })
  if (stats === undefined) return 0
  if (!stats.isDirectory()) return stats.size
  return fs.readdirSync(place).reduce((sum, name) => sum + bytesUnder(path.join(place, name)), 0)
}

/** Checkpoints, oldest first; one whose record cannot be read is listed without it. @param name what the run was asked for by */
export function checkpointCards(directory: string, name: string): CheckpointCard[] {
  const named = (folder: string): string => path.join(name, path.relative(directory, folder))
  const cards = checkpointFolders(directory).flatMap((folder): CheckpointCard[] => {
    if (!isFolder(folder)) return []
    const record = readRecord(folder)
    return [{ directory: named(folder), label: labelOf(folder, record), bytes: bytesUnder(folder), ...(record === undefined ? {} : { record }) }]
  })
  const final = path.join(directory, RUN_FILES.model)
  if (isFolder(final) && listFolder(final).includes('config.json')) cards.push({ directory: named(final), label: 'final model', bytes: bytesUnder(final) })
  return cards.sort((a, b) => (a.record?.policyVersion ?? Infinity) - (b.record?.policyVersion ?? Infinity) || (a.directory < b.directory ? -1 : 1))
}

function isFolder(place: string): boolean {
  try {
    return plainKind(place) === 'folder'
  } catch (error) {
    if (!LabError.is(error)) throw error
    return false
  }
}

function readRecord(folder: string): Checkpoint | undefined {
  try {
    return readJsonFile(path.join(folder, 'checkpoint.json'), Checkpoint)
  } catch (error) {
    if (!LabError.is(error)) throw error
    return undefined
  }
}

function labelOf(folder: string, record: Checkpoint | undefined): string {
  return record === undefined ? path.basename(folder) : record.stageIndex === 0 && record.step === 0 ? `${record.stage}, ${record.policyVersion} updates` : `step ${record.step}`
}
