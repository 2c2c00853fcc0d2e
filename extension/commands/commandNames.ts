/** Commands as `rolloutLab.<name>`: registered before anything is loaded. */
export const COMMAND_NAMES = [
  'startRun', 'startThisFile', 'startSeeds', 'dryRun', 'newRunFile', 'openSample',
  'pause', 'continue', 'stop', 'stopNow', 'resume', 'takeSteering', 'endHung',
  'evaluateCheckpoint', 'forkFromCheckpoint', 'sampleFromCheckpoint',
  'compareRuns', 'openDashboard', 'openInspector', 'openLabeller', 'openRunFolder', 'openRunsFolder', 'openRunSource',
  'renameRun', 'editNotes', 'editTags', 'pinRun', 'unpinRun', 'deleteRun', 'cleanRuns',
  'groupByRecipe', 'groupByDay', 'groupNone', 'filterRuns', 'clearFilter', 'refreshRuns',
  'moveUpInQueue', 'moveDownInQueue', 'removeFromQueue',
  'critiqueSelection', 'addCritique', 'addNote', 'addBetter', 'replyToThread', 'resolveThread', 'reopenThread', 'editComment', 'saveComment', 'cancelComment', 'deleteComment', 'acceptDraft', 'rejectDraft', 'acceptDrafts', 'rejectDrafts',
  'rateGreat', 'rateOkay', 'rateBad', 'rateUnsure', 'markFirstError', 'markNoError', 'judgeRight', 'judgeWrong', 'turnVerdict', 'flagTrace', 'undoLabel',
  'nextStep', 'previousStep', 'nextTrace', 'previousTrace', 'completeAndNext', 'chooseQueue', 'inspectTrace', 'showTraceKeys',
  'commitLabels', 'newLabelSet', 'showAgreement', 'adjudicate', 'exportLabels', 'trainOnLabels', 'suggestLabels', 'setEndpointKey', 'clearEndpointKey',
  'rescoreReward', 'debugReward', 'redTeamReward', 'openReward',
  'makeProblemFromFunction', 'makeProblemFromTest',
  'checkSetup', 'setUpTorch', 'showLog', 'openWalkthrough', 'openSettings'
] as const
export type CommandName = (typeof COMMAND_NAMES)[number]
