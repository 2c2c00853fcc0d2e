import * as vscode from 'vscode'
import type { QueryNotices } from '../../trainer/protocol/queries.ts'
import type { Notice } from '../../trainer/protocol/rolloutViews.ts'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { Queries } from '../contracts/queries.ts'
import type { SettingsSource } from '../contracts/settings.ts'
import type { Trainers } from '../contracts/trainers.ts'
import { errorText } from '../errorText.ts'
import { createGoneTrainerWatch } from './goneTrainers.ts'
import { paced } from './paced.ts'
import { createRunSizes } from './runSizes.ts'
import { shownRun } from './shownRun.ts'
import type { ShownRun } from './shownRun.ts'
import { lacksLivingRun } from './unlisted.ts'

/** What of a run changes its card. */
const CARD_CHANGES = new Set<string>(['state', 'metrics', 'summary', 'gone', 'list'] satisfies QueryNotices['changed']['what'][number][])
const RELOAD_PAUSE_MS = 500
const SHOW_PAUSE_MS = 200

/** The runs of the runs folders with what their trainers say, kept up to date. */
export interface RunList extends vscode.Disposable {
  readonly runs: readonly ShownRun[]
  /** What of the folders could not be read. */
  readonly notices: readonly Notice[]
  /** Why there is no list at all. */
  readonly problem: string | undefined
  readonly onDidChange: vscode.Event<void>
  find(directory: string): ShownRun | undefined
  /** Reads the folders again now. */
  reload(): Promise<void>
}

export function createRunList(queries: Queries, trainers: Trainers, settings: SettingsSource, log: vscode.LogOutputChannel): RunList {
  const changed = new vscode.EventEmitter<void>()
  const sizes = createRunSizes(queries)
  let cards: readonly RunCard[] = []
  let notices: readonly Notice[] = []
  let problem: string | undefined
  let runs: readonly ShownRun[] = []
  const trainerHasGone = createGoneTrainerWatch()
  const show = (): void => {
    const live = new Map(trainers.live.map((run) => [run.directory, run]))
    const queued = new Set(trainers.queue.flatMap(({ request }) => ('resume' in request ? [request.resume] : [])))
    runs = sizes.fill(cards).map((card) => shownRun(card, live.get(card.directory), queued.has(card.directory)))
    changed.fire()
    // Both are looked at each time: one that has gone is told once.
    const readTooEarly = [trainerHasGone(trainers.live), lacksLivingRun(cards, trainers.live, settings.current.runsFolders)]
    if (readTooEarly.includes(true)) reloading.soon()
  }
  const reload = async (): Promise<void> => {
    const folders = settings.current.runsFolders
    try {
      const listed = await queries.ask('runs/list', { folders: [...folders] })
      cards = listed.runs
      notices = listed.notices
      problem = undefined
    } catch (error) {
      problem = errorText(error)
      log.error(`The runs of ${folders.join(', ')} cannot be listed: ${problem}`)
    }
    show()
    void sizes.measure(cards).then((measured) => measured && showing.soon())
  }
  const reloading = paced(reload, RELOAD_PAUSE_MS)
  const showing = paced(show, SHOW_PAUSE_MS)
  let watched = watchFolders(queries, settings)
  const listening = [
    trainers.onDidChange(() => showing.soon()),
    queries.onChanged((change) => change.what.some((what) => CARD_CHANGES.has(what)) && reloading.soon()),
    queries.onRestarted(() => reloading.soon()),
    settings.onDidChange(() => {
      watched.dispose()
      watched = watchFolders(queries, settings)
      reloading.soon()
    })
  ]
  return {
    get runs() {
      return runs
    },
    get notices() {
      return notices
    },
    get problem() {
      return problem
    },
    onDidChange: changed.event,
    find: (directory) => runs.find(({ card }) => card.directory === directory),
    reload,
    dispose: () => [changed, reloading, showing, watched, ...listening].forEach((each) => each.dispose())
  }
}

const watchFolders = (queries: Queries, { current: { runsFolders } }: SettingsSource): vscode.Disposable => queries.watch({ runs: [], folders: runsFolders })
