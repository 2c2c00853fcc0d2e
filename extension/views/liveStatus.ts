import type * as vscode from 'vscode'
import type { RunCard } from '../../trainer/protocol/runViews.ts'
import type { LiveStatus, SteeringAction } from '../../webviews/protocol/dashboard.ts'
import type { LiveRun } from '../contracts/trainers.ts'
import { actionsOf, shownRun } from '../runs/shownRun.ts'
import { cardOf } from './runCards.ts'
import type { ViewsContext } from './viewsContext.ts'

export const STEERING_ACTIONS: readonly SteeringAction[] = ['pause', 'continue', 'stop', 'stopNow', 'resume', 'takeSteering', 'endHung']

/** How this window stands to a run, and what can be done with it now. */
export function liveStatus(card: RunCard, told: LiveRun | undefined): LiveStatus {
  const run = shownRun(card, told)
  const { live } = run
  const possible: readonly string[] = actionsOf(run)
  return {
    run: card.directory,
    connection: live?.connection ?? 'none',
    steering: live?.role === 'steering',
    actions: STEERING_ACTIONS.filter((action) => possible.includes(action)),
    ...(live?.explanation === undefined ? {} : { explanation: live.explanation })
  }
}

export interface LiveStatuses extends vscode.Disposable {
  /** Tells all of them with these cards. */
  tell(cards: readonly RunCard[]): void
}

/** Tells how the runs stand whenever their trainers change; without a trainer, when their recorded state does. */
export function followLiveStatus({ trainers, queries, log }: ViewsContext, runs: readonly string[], notify: (status: LiveStatus) => void): LiveStatuses {
  const cards = new Map<string, RunCard>()
  const told = new Map<string, string>()
  const liveOf = (run: string) => trainers.live.find((live) => live.directory === run)
  const tell = (run: string) => {
    const card = cards.get(run)
    if (!card) return
    const status = liveStatus(card, liveOf(run))
    const text = JSON.stringify(status)
    if (told.get(run) === text) return
    told.set(run, text)
    notify(status)
  }
  const reread = async (run: string) => {
    cards.set(run, await cardOf(queries, run))
    tell(run)
  }
  const rereadUnlessAttached = (run: string) => {
    if (liveOf(run)?.connection === 'attached') tell(run)
    else reread(run).catch((error: unknown) => log.warn(`dashboard: ${String(error)}`))
  }
  const listening = [
    trainers.onDidChange(() => runs.forEach(rereadUnlessAttached)),
    queries.onChanged(({ run, what }) => run !== undefined && runs.includes(run) && what.includes('state') && rereadUnlessAttached(run))
  ]
  return {
    tell: (read) => {
      told.clear()
      for (const card of read) cards.set(card.directory, card)
      runs.forEach(tell)
    },
    dispose: () => listening.forEach((each) => each.dispose())
  }
}
