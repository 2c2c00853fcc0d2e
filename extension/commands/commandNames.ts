/** Commands as `rolloutLab.<name>`: registered before anything is loaded. */
export const COMMAND_NAMES = [
  'startRun', 'startThisFile', 'startSeeds', 'dryRun', 'newRunFile', 'openSample',
  'pause', 'continue', 'stop', 'stopNow', 'resume', 'takeSteering', 'endHung',
  'evaluateCheckpoint', 'forkFromCheckpoint', 'sampleFromCheckpoint',
  'compareRuns', 'openDashboard', 'openInspector', 'openRunFolder', 'openRunsFolder', 'openRunSource',
  'renameRun', 'editNotes', 'editTags', 'pinRun', 'unpinRun', 'deleteRun', 'cleanRuns',
  'groupByRecipe', 'groupByDay', 'groupNone', 'filterRuns', 'clearFilter', 'refreshRuns',
  'moveUpInQueue', 'moveDownInQueue', 'removeFromQueue',
  'checkSetup', 'showLog', 'openWalkthrough', 'openSettings'
] as const
export type CommandName = (typeof COMMAND_NAMES)[number]
