import type * as vscode from 'vscode'
import type { CancellationToken } from 'vscode-jsonrpc/node'
import type { Label, LabelRecord } from '../../trainer/protocol/label.ts'
import type { LabellerNotices, LabellerRequests, LabellerStart } from '../../webviews/protocol/labeller.ts'
import { visibleLine } from '../../webviews/protocol/visibleText.ts'
import type { Views } from '../contracts/views.ts'
import { isKnownRun } from './knownRuns.ts'
import { panelFamily } from './panelHost.ts'
import type { PanelHandlers, RestorePanel } from './panelHost.ts'
import { cardOf } from './runCards.ts'
import type { ViewsContext } from './viewsContext.ts'

/** A labeller is of one run. */
interface LabellerIdentity {
  readonly run: string
}

export interface Labellers extends vscode.Disposable {
  open(what: Parameters<Views['openLabeller']>[0]): Promise<void>
  readonly restore: RestorePanel
}

/** Items of a queue at most; the page asks again when it is through. */
const QUEUE_ITEMS = 2000

/** Labeller views: one per run. */
export function createLabellers(context: ViewsContext, views: Pick<Views, 'openDocument'>): Labellers {
  // What a panel that `open` brought into sight is to show first.
  const first = new Map<string, string>()
  // What was said and not committed when a panel was closed.
  const closed = new Map<string, unknown>()
  const family = panelFamily<LabellerRequests, LabellerNotices, LabellerIdentity>(context, {
    type: 'rolloutLab.labeller',
    page: 'labeller',
    title: (_, name) => `Label: ${visibleLine(name, 40)}`,
    key: ({ run }) => run,
    restore: (kept) => restoreIdentity(context, kept),
    runs: ({ run }) => [run],
    handlers: (panel, { run }) => {
      panel.own(context.labels.onDidChange((change) => change.run === run && panel.notify('labelsChanged', { rollouts: change.rollouts })))
      panel.own({ dispose: () => closed.set(run, panel.saved) })
      return handlersOf(context, views, run, () => {
        const show = first.get(run)
        first.delete(run)
        return { saved: panel.saved ?? closed.get(run) ?? null, ...(show !== undefined && { show }) }
      })
    }
  })
  return {
    open: ({ run, rollout }) => {
      const panel = family.open({ run })
      if (rollout === undefined) return Promise.resolve()
      if (panel.listens) panel.notify('show', { rollout })
      else first.set(run, rollout)
      return Promise.resolve()
    },
    restore: family.restore,
    dispose: () => family.dispose()
  }
}

function handlersOf(
  context: ViewsContext, views: Pick<Views, 'openDocument'>, run: string, begin: () => Pick<LabellerStart, 'saved' | 'show'>
): PanelHandlers<LabellerRequests> {
  const { queries, labels } = context
  return {
    ready: async () => {
      const [card, labeler, labelSets] = await Promise.all([
        cardOf(queries, run), labels.labeler(), labels.labelSets(), labels.follow(run)
      ])
      return { run: card, labeler, labelSets, ...begin() }
    },
    queue: async ({ kind, pairs, seed }, token) => queries.ask('labels/queue', { run, kind, pairs, seed, labeler: await labels.labeler(), limit: QUEUE_ITEMS }, asVscode(token)),
    item: async ({ rollout: id, other: otherId, qualityControl }, token) => {
      const one = (wanted: string) => queries.ask('rollouts/one', { run, id: wanted }, asVscode(token))
      const [rollout, other, said] = await Promise.all([one(id), otherId === undefined ? null : one(otherId), labels.of({ run, id })])
      if (!rollout || (otherId !== undefined && !other)) return null
      return { rollout, labels: said, qualityControl, ...(other && { other }) }
    },
    commit: async ({ labels: records }) => (await labels.append(run, records)).map(asLabel),
    undo: async () => {
      const undone = await labels.undo(run)
      for (const { rollout, opinion } of undone) if (opinion.kind === 'preference') return { rollout, other: opinion.other.rollout }
      return undone[0] ? { rollout: undone[0].rollout } : null
    },
    // Drafts are written as they come, and show themselves in a notification that can cancel them: they go on without the page.
    suggest: async ({ rollouts }) => ({ drafts: await context.suggestDrafts(rollouts.map((id) => ({ run, id }))) }),
    progress: async (_, token) => queries.ask('labels/progress', { run, labeler: await labels.labeler() }, asVscode(token)),
    openDocument: async ({ rollout }) => (await views.openDocument({ run, id: rollout }), null)
  }
}

/** A record that was just written, as readers will see it. */
const asLabel = (record: LabelRecord): Label => ({ ...record, firstId: record.id, createdAt: record.at, resolved: false, replies: [] })

const asVscode = (token: CancellationToken) => token as vscode.CancellationToken

/** Only known runs come back after a reload: what was kept is not to be trusted. */
function restoreIdentity({ settings }: ViewsContext, kept: unknown): LabellerIdentity | undefined {
  if (typeof kept !== 'object' || kept === null || !('run' in kept) || typeof kept.run !== 'string') return undefined
  return isKnownRun(kept.run, settings.current.runsFolders) ? { run: kept.run } : undefined
}
