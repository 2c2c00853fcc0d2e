import type { RolloutSort } from '../../../trainer/protocol/rolloutViews.ts'
import type { ListBy } from '../inspectorModel.ts'

/** A column of the list; those with `sort` can be sorted by. */
export interface Column {
  readonly name: string
  readonly title: string
  readonly explained: string
  readonly sort?: RolloutSort['by']
  readonly numeric: boolean
}

const COLUMNS: Readonly<Record<ListBy, readonly Column[]>> = {
  rollouts: [
    { name: 'verdict', title: '', explained: 'Verdict of the grader: right, wrong or not scorable', sort: 'correct', numeric: false },
    { name: 'step', title: 'Step', explained: 'RL step; 0 = before training', sort: 'step', numeric: true },
    { name: 'problem', title: 'Problem', explained: 'First words of the prompt and number of the sample in its group; hover tells the problem’s id. Sorted by id', sort: 'problemId', numeric: false },
    { name: 'reward', title: 'Reward', explained: 'Weighted sum of the reward parts; – = not scorable', sort: 'reward', numeric: true },
    { name: 'advantage', title: 'Adv.', explained: 'Advantage, mean over the completion’s tokens; – = not weighed', sort: 'advantage', numeric: true },
    { name: 'tokens', title: 'Tokens', explained: 'Length of the completion in tokens', sort: 'completionTokens', numeric: true },
    { name: 'stop', title: 'Stop', explained: 'Why sampling ended', sort: 'stopReason', numeric: false }
  ],
  groups: [
    { name: 'verdict', title: '', explained: 'Whether the group filter kept the group', numeric: false },
    { name: 'step', title: 'Step', explained: 'RL step; 0 = before training', sort: 'step', numeric: true },
    { name: 'problem', title: 'Problem', explained: 'First words of the prompt; hover tells the problem’s id. Sorted by id', sort: 'problemId', numeric: false },
    { name: 'right', title: 'Right', explained: 'Right attempts of those graded', sort: 'correct', numeric: true },
    { name: 'reward', title: 'Reward', explained: 'Mean total reward of the group, and its range', sort: 'reward', numeric: true },
    { name: 'tokens', title: 'Tokens', explained: 'Mean length of the completions in tokens', sort: 'completionTokens', numeric: true }
  ]
}

export const columnsOf = (by: ListBy) => COLUMNS[by]

/** Sort after a click on a column: descending first, then ascending, then newest first again. */
export function nextSort(current: RolloutSort, by: RolloutSort['by']): RolloutSort {
  if (current.by !== by) return { by, descending: true }
  return current.descending ? { by, descending: false } : { by: 'recorded', descending: true }
}
