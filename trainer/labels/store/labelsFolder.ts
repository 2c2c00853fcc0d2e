import path from 'node:path'

const LAB_FOLDER = '.rollout-lab'

/**
 * The folder in which the labels of a run lie, apart from the run: `<x>/.rollout-lab/labels/<run>` for the runs of
 * `<x>/.rollout-lab/runs`. For runs elsewhere, in the workspace where there is one, else beside the folder of the runs.
 */
export function labelsFolderOf(runDirectory: string, workspace?: string): string {
  const run = path.resolve(runDirectory)
  const runs = path.dirname(run)
  const lab = path.dirname(runs)
  const besideRuns = path.basename(runs) === 'runs'
  if (besideRuns && path.basename(lab) === LAB_FOLDER) return path.join(lab, 'labels', path.basename(run))
  if (workspace !== undefined) return path.join(path.resolve(workspace), LAB_FOLDER, 'labels', path.basename(run))
  return path.join(besideRuns ? lab : path.join(runs, LAB_FOLDER), 'labels', path.basename(run))
}

/** Folder of the label sets of a workspace. */
export function labelSetsFolderOf(workspace: string): string {
  return path.join(workspace, LAB_FOLDER, 'label-sets')
}

/** `<labeler>-<writer>.jsonl`. */
export function labelFileName(labeler: string, writer: string): string {
  return `${labeler}-${writer}.jsonl`
}
