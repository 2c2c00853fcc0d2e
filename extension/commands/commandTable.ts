import type { CommandHandler } from '../shell.ts'
import { evaluateCheckpoint, forkFromCheckpoint, sampleFromCheckpoint } from './checkpointCommands.ts'
import { cleanRuns, deleteRun } from './deleteCommands.ts'
import { clearFilter, filterRuns, groupCommand, moveCommand, refreshRuns, removeFromQueue } from './listCommands.ts'
import { compareRuns, openDashboard, openInspector, openRunFolder, openRunSource, openRunsFolder } from './lookCommands.ts'
import { checkSetup, openSettings, openWalkthrough, showLog } from './machineCommands.ts'
import { editNotes, editTags, pinCommand, renameRun } from './runCommands.ts'
import { dryRun, newRunFile, openSample, startRun, startSeeds, startThisFile } from './startCommands.ts'
import { steerCommand } from './steerCommands.ts'
import type { CommandName } from './commandNames.ts'

export const COMMANDS: Readonly<Record<CommandName, CommandHandler>> = {
  startRun, startThisFile, startSeeds, dryRun, newRunFile, openSample,
  pause: steerCommand('pause'), continue: steerCommand('continue'), stop: steerCommand('stop'), stopNow: steerCommand('stopNow'),
  resume: steerCommand('resume'), takeSteering: steerCommand('takeSteering'), endHung: steerCommand('endHung'),
  evaluateCheckpoint, forkFromCheckpoint, sampleFromCheckpoint,
  compareRuns, openDashboard, openInspector, openRunFolder, openRunsFolder, openRunSource,
  renameRun, editNotes, editTags, pinRun: pinCommand(true), unpinRun: pinCommand(false), deleteRun, cleanRuns,
  groupByRecipe: groupCommand('recipe'), groupByDay: groupCommand('day'), groupNone: groupCommand('none'), filterRuns, clearFilter, refreshRuns,
  moveUpInQueue: moveCommand(-1), moveDownInQueue: moveCommand(1), removeFromQueue,
  checkSetup, showLog, openWalkthrough, openSettings
}
