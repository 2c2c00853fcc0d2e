import {
  acceptDraft, cancelComment, createCommand, critiqueSelection, deleteComment, editComment, rejectDraft, replyToThread, resolveCommand, saveComment
} from '../comments/commentCommands.ts'
import { draftsCommand } from '../ratings/draftCommands.ts'
import { chooseQueue, completeAndNext, queueCommand } from '../ratings/queueCommands.ts'
import { flagTrace, inspectTrace, judgeCommand, markFirstErrorCommand, markNoError, rateCommand, stepCommand, turnVerdict, undoLabel } from '../ratings/ratingCommands.ts'
import { showTraceKeys } from '../ratings/traceKeys.ts'
import type { CommandHandler } from '../shell.ts'
import { setUpTorch } from '../starting/setUpTorch.ts'
import { clearEndpointKey, setEndpointKey, suggestLabels } from '../suggestions/suggestCommands.ts'
import { adjudicate, showAgreement } from './agreementCommands.ts'
import { evaluateCheckpoint, forkFromCheckpoint, sampleFromCheckpoint } from './checkpointCommands.ts'
import { commitLabels } from './commitLabels.ts'
import { exportLabels } from './exportLabels.ts'
import { cleanRuns, deleteRun } from './deleteCommands.ts'
import { clearFilter, filterRuns, groupCommand, moveCommand, refreshRuns, removeFromQueue } from './listCommands.ts'
import { compareRuns, openDashboard, openInspector, openLabeller, openRunFolder, openRunSource, openRunsFolder } from './lookCommands.ts'
import { checkSetup, openSettings, openWalkthrough, showLog } from './machineCommands.ts'
import { newLabelSet } from './newLabelSet.ts'
import { makeProblemFromFunction, makeProblemFromTest } from './problemCommands.ts'
import { debugReward, openReward, redTeamReward, rescoreReward } from './rewardCommands.ts'
import { editNotes, editTags, pinCommand, renameRun } from './runCommands.ts'
import { dryRun, newRunFile, openSample, startRun, startSeeds, startThisFile } from './startCommands.ts'
import { steerCommand } from './steerCommands.ts'
import { trainOnLabels } from './trainOnLabels.ts'
import type { CommandName } from './commandNames.ts'

export const COMMANDS: Readonly<Record<CommandName, CommandHandler>> = {
  startRun, startThisFile, startSeeds, dryRun, newRunFile, openSample,
  pause: steerCommand('pause'), continue: steerCommand('continue'), stop: steerCommand('stop'), stopNow: steerCommand('stopNow'),
  resume: steerCommand('resume'), takeSteering: steerCommand('takeSteering'), endHung: steerCommand('endHung'),
  evaluateCheckpoint, forkFromCheckpoint, sampleFromCheckpoint,
  compareRuns, openDashboard, openInspector, openLabeller, openRunFolder, openRunsFolder, openRunSource,
  renameRun, editNotes, editTags, pinRun: pinCommand(true), unpinRun: pinCommand(false), deleteRun, cleanRuns,
  groupByRecipe: groupCommand('recipe'), groupByDay: groupCommand('day'), groupNone: groupCommand('none'), filterRuns, clearFilter, refreshRuns,
  moveUpInQueue: moveCommand(-1), moveDownInQueue: moveCommand(1), removeFromQueue,
  critiqueSelection, addCritique: createCommand('critique'), addNote: createCommand('note'), addBetter: createCommand('better'), replyToThread,
  resolveThread: resolveCommand(true), reopenThread: resolveCommand(false), editComment, saveComment, cancelComment, deleteComment, acceptDraft, rejectDraft,
  acceptDrafts: draftsCommand('accepted'), rejectDrafts: draftsCommand('rejected'),
  rateGreat: rateCommand(1), rateOkay: rateCommand(0), rateBad: rateCommand(-1), rateUnsure: rateCommand('unsure'), markFirstError: markFirstErrorCommand, markNoError,
  judgeRight: judgeCommand(true), judgeWrong: judgeCommand(false), turnVerdict, flagTrace, undoLabel,
  nextStep: stepCommand(1), previousStep: stepCommand(-1), nextTrace: queueCommand(1), previousTrace: queueCommand(-1), completeAndNext, chooseQueue, inspectTrace, showTraceKeys,
  commitLabels, newLabelSet, showAgreement, adjudicate, exportLabels, trainOnLabels, suggestLabels, setEndpointKey, clearEndpointKey,
  rescoreReward, debugReward, redTeamReward, openReward,
  makeProblemFromFunction, makeProblemFromTest,
  checkSetup, setUpTorch, showLog, openWalkthrough, openSettings
}
