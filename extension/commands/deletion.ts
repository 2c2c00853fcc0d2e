import { errorText } from '../errorText.ts'
import { sizeOf, sizeText } from '../notices/cleaning.ts'
import { plainLine } from '../plainText.ts'
import { nameOf } from '../runs/runWords.ts'
import type { ShownRun } from '../runs/shownRun.ts'

const MOST_NAMED = 5

/** What is asked in a modal, and the button that agrees. */
export interface Question {
  readonly message: string
  readonly detail: string
  readonly agree: string
}

/** A run that is still there. */
export interface Kept {
  readonly run: ShownRun
  readonly why: string
}

export interface DeletionParts {
  /** Brings up to date what is known of the runs: people may have thought for long, and a trainer of a terminal tells no window. */
  look(): Promise<void>
  /** Right before each is deleted: what goes before it may take long. @throws where the run is to be left alone, whatever people answered. */
  check(run: ShownRun): Promise<void>
  remove(run: ShownRun, useTrash: boolean): Promise<void>
  /** Whether to delete permanently what the trash did not take. */
  mayDeleteForGood(kept: readonly Kept[]): Promise<boolean>
}

/** Deletes what can be deleted: one that fails keeps no other. Answers those that people wanted deleted and that are still there. */
export async function deleteRuns(runs: readonly ShownRun[], useTrash: boolean, parts: DeletionParts): Promise<readonly Kept[]> {
  await parts.look()
  const { leftAlone, failed } = await removeEach(runs, useTrash, parts)
  if (failed.length === 0 || !useTrash) return [...leftAlone, ...failed.map(withRemedy)]
  if (!(await parts.mayDeleteForGood(failed))) return leftAlone
  await parts.look()
  const again = await removeEach(failed.map(({ run }) => run), false, parts)
  return [...leftAlone, ...again.leftAlone, ...again.failed.map(withRemedy)]
}

/** What must not be deleted, and what could not be. */
interface Remaining {
  readonly leftAlone: readonly Kept[]
  readonly failed: readonly Kept[]
}

async function removeEach(runs: readonly ShownRun[], useTrash: boolean, { check, remove }: DeletionParts): Promise<Remaining> {
  const [leftAlone, failed]: [Kept[], Kept[]] = [[], []]
  for (const run of runs) {
    const whyNot = await reasonAgainst(() => check(run))
    if (whyNot !== undefined) {
      leftAlone.push({ run, why: whyNot })
      continue
    }
    const why = await reasonAgainst(() => remove(run, useTrash))
    if (why !== undefined) failed.push({ run, why })
  }
  return { leftAlone, failed }
}

const withRemedy = ({ run, why }: Kept): Kept => ({ run, why: `${plainLine(why, 120)} Close what uses its files, see that they are yours, and try again.` })

/** Undefined = it was done. */
async function reasonAgainst(work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    return errorText(error)
  }
}

const NO_WAY_BACK = 'What is deleted cannot be brought back.'

export function deleteQuestion(runs: readonly ShownRun[], useTrash: boolean): Question {
  const what = `With all rollouts and checkpoints, ${sizeText(runs.reduce((sum, run) => sum + sizeOf(run), 0))}. Labels are kept.`
  const forGood = useTrash ? '' : `There is no trash over a remote connection or in a browser. ${NO_WAY_BACK}`
  return {
    message: runs.length === 1 ? `Delete ${namesOf(runs)}?` : `Delete ${runs.length} runs?`,
    detail: [runs.length === 1 ? '' : `${namesOf(runs)}.`, what, forGood].filter((part) => part !== '').join('\n\n'),
    agree: useTrash ? 'Move to Trash' : 'Delete Permanently'
  }
}

/** The trash of a machine may be missing, full or on another disk; a file may be held or not ours: the reasons say which. */
export function forGoodQuestion(kept: readonly Kept[]): Question {
  const what = kept.length === 1 ? namesOf(kept.map(({ run }) => run)) : `${kept.length} runs`
  return { message: `${what} could not be moved to the trash. Delete permanently instead?`, detail: `${reasonsOf(kept)}\n\n${NO_WAY_BACK}`, agree: 'Delete Permanently' }
}

/** Said of what is still there, with the reason of the first; the log has them all. */
export function keptText(kept: readonly Kept[]): string {
  const [first] = kept
  return `${plainLine(namesOf(kept.map(({ run }) => run)), 100)} could not be deleted. ${first?.why ?? ''}`
}

const reasonsOf = (kept: readonly Kept[]): string => listed(kept.map(({ run, why }) => `• ${nameOf(run)}: ${plainLine(why, 160)}`), '\n', '\n')

/** `a, b, c, d, e and 15 more` */
const namesOf = (runs: readonly ShownRun[]): string => listed(runs.map(nameOf), ', ', ' ')

function listed(texts: readonly string[], between: string, beforeRest: string): string {
  const named = texts.slice(0, MOST_NAMED).join(between)
  return texts.length > MOST_NAMED ? `${named}${beforeRest}and ${texts.length - MOST_NAMED} more` : named
}
