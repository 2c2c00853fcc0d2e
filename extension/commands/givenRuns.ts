/** The runs that commands are called on: nodes of the tree, and paths from panels, notices and other commands. */
import type { RunList } from '../runs/runList.ts'
import type { ShownRun } from '../runs/shownRun.ts'
import { isTreeNode } from '../tree/treeNodes.ts'

type Runs = Pick<RunList, 'find' | 'reload'>

/** Said in place of doing it to a run that nobody meant. */
export const GONE = 'This run is not in the runs folders of this window any more: it was deleted or moved. Choose another one in the list of runs.'

/** The run of a command for one: the node that was clicked, whatever else is selected. Undefined = the command was called on none. */
export async function givenRun(runs: Runs, [clicked]: readonly unknown[]): Promise<ShownRun | 'gone' | undefined> {
  const [directory] = directoriesOf(Array.isArray(clicked) ? clicked : [clicked])
  if (directory === undefined) return undefined
  return (await found(runs, [directory]))[0] ?? 'gone'
}

/** The runs of a command for several: all that are selected (VS Code hands them over second), or a list. Empty = it was called on none; those that are gone are left out. */
export async function givenRuns(runs: Runs, [clicked, selection]: readonly unknown[]): Promise<readonly ShownRun[] | 'gone'> {
  const handed: readonly unknown[] = Array.isArray(selection) && selection.length > 0 ? selection : Array.isArray(clicked) ? clicked : [clicked]
  const directories = [...new Set(directoriesOf(handed))]
  const there = await found(runs, directories)
  return directories.length > 0 && there.length === 0 ? 'gone' : there
}

const directoriesOf = (handed: readonly unknown[]): readonly string[] => handed.flatMap((each) => {
  const directory = isTreeNode(each) && each.kind === 'run' ? each.run.card.directory : each
  return typeof directory === 'string' ? [directory] : []
})

/** The list may be older than what was handed over. */
async function found(runs: Runs, directories: readonly string[]): Promise<readonly ShownRun[]> {
  if (directories.some((directory) => runs.find(directory) === undefined)) await runs.reload()
  return directories.flatMap((directory) => runs.find(directory) ?? [])
}
