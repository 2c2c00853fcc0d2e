/**
 * Webview panels: the page with its policy, the RPC, forwarded queries, and being built again after a reload of the window.
 * A view is a family of panels, one per identity (for instance one dashboard per set of runs).
 */
import { basename } from 'node:path'
import * as vscode from 'vscode'
import type { CancellationToken } from 'vscode-jsonrpc/node'
import type { KeptState } from '../../webviews/protocol/envelope.ts'
import { isKnownRun } from './knownRuns.ts'
import { bundleFolder, panelHtml } from './panelHtml.ts'
import type { PageName } from './panelHtml.ts'
import { forwardQueries } from './queryForwarding.ts'
import { cardOf } from './runCards.ts'
import type { ViewsContext } from './viewsContext.ts'
import { connectWebview } from './webviewConnection.ts'
import type { RequestHandler } from './webviewConnection.ts'

export interface Panel<Notices> {
  readonly panel: vscode.WebviewPanel
  /** What the page saved last; null at first. */
  readonly saved: unknown
  notify<N extends keyof Notices & string>(name: N, payload: Notices[N]): void
  /** Whether its page is there to be told something; one that is still to come asks. */
  readonly listens: boolean
  /** Disposed with the panel. */
  own(...disposables: vscode.Disposable[]): void
}

/** Answers to what a page asks of its host, besides what every page may ask. */
export type PanelHandlers<Requests> = {
  readonly [N in Exclude<keyof Requests, 'saveState' | 'log'>]: (
    params: Requests[N] extends { readonly params: infer P } ? P : never,
    token: CancellationToken,
    /** Cancelled once the page that asked is no more. */
    gone: CancellationToken
  ) => Promise<Requests[N] extends { readonly result: infer R } ? R : never>
}

export interface PanelPlan<Requests, Notices, Identity> {
  readonly type: `rolloutLab.${PageName}`
  readonly page: PageName
  /** @param name what people call the run, where the panel is of one; at first it is read off the folder. */
  readonly title: (identity: Identity, name: string) => string
  /** Panels are told apart by this. */
  readonly key: (identity: Identity) => string
  /** What was kept over a reload, checked; undefined where it cannot be used. Never trust it: a workspace could have written it. */
  readonly restore: (kept: unknown) => Identity | undefined
  /** Runs the page may read, besides those of the runs folder. */
  readonly runs: (identity: Identity) => readonly string[]
  /** Requests that go on while the page is hidden; others are cancelled then. */
  readonly lasting?: readonly (keyof Requests & string)[]
  /** @param begun once it has passed, there is something to read. */
  readonly handlers: (panel: Panel<Notices>, identity: Identity, begun: Promise<unknown>) => PanelHandlers<Requests>
}

/** Takes back a panel that VS Code kept over a reload of the window. */
export type RestorePanel = (panel: vscode.WebviewPanel, kept: unknown) => void

export interface PanelFamily<Notices, Identity> extends vscode.Disposable {
  readonly restore: RestorePanel
  has(identity: Identity): boolean
  /**
   * Shows the panel of this identity, made where there is none.
   * @param begun until then there is nothing to read: the page is loaded and waits.
   */
  open(identity: Identity, begun?: Promise<unknown>): Panel<Notices>
  close(identity: Identity): void
}

export function panelFamily<Requests, Notices, Identity>(
  context: ViewsContext,
  plan: PanelPlan<Requests, Notices, Identity>
): PanelFamily<Notices, Identity> {
  const panels = new Map<string, Panel<Notices>>()
  const adopt = (webviewPanel: vscode.WebviewPanel, identity: Identity, saved: unknown, begun?: Promise<unknown>) => {
    const panel = furnish(context, plan, webviewPanel, identity, { saved, begun })
    const key = plan.key(identity)
    panels.set(key, panel)
    panel.own({ dispose: () => panels.delete(key) })
    return panel
  }
  return {
    restore: (webviewPanel, kept) => {
      const { identity: written, state } = (typeof kept === 'object' && kept !== null ? kept : {}) as Partial<KeptState>
      const identity = plan.restore(written)
      if (identity === undefined || panels.has(plan.key(identity))) webviewPanel.dispose()
      else adopt(webviewPanel, identity, state ?? null)
    },
    has: (identity) => panels.has(plan.key(identity)),
    close: (identity) => panels.get(plan.key(identity))?.panel.dispose(),
    open: (identity, begun) => {
      const existing = panels.get(plan.key(identity))
      existing?.panel.reveal(undefined, false)
      return existing ?? adopt(newPanel(plan, identity), identity, null, begun)
    },
    dispose: () => {
      for (const { panel } of [...panels.values()]) panel.dispose()
    }
  }
}

function newPanel<Requests, Notices, Identity>(plan: PanelPlan<Requests, Notices, Identity>, identity: Identity): vscode.WebviewPanel {
  return vscode.window.createWebviewPanel(plan.type, plan.title(identity, nameByFolder(plan.runs(identity))), vscode.ViewColumn.Active, {})
}

function furnish<Requests, Notices, Identity>(
  context: ViewsContext,
  plan: PanelPlan<Requests, Notices, Identity>,
  webviewPanel: vscode.WebviewPanel,
  identity: Identity,
  first: { readonly saved: unknown; readonly begun: Promise<unknown> | undefined }
): Panel<Notices> {
  const { webview } = webviewPanel
  const owned: vscode.Disposable[] = []
  let { saved } = first
  const panel: Panel<Notices> = {
    panel: webviewPanel,
    get saved() {
      return saved
    },
    notify: (name, payload) => connection.notify(name, payload),
    get listens() {
      return connection.listens
    },
    own: (...disposables) => void owned.push(...disposables)
  }
  const own = (run: string) => plan.runs(identity).includes(run)
  const forwarding = forwardQueries(
    context.queries,
    { mayRead: (run) => own(run) || isKnownRun(run, context.settings.current.runsFolders), mayList: (folder) => context.settings.current.runsFolders.includes(folder) },
    (name, payload) => connection.notify(name, payload)
  )
  const handlers = new Map<string, RequestHandler>(Object.entries(plan.handlers(panel, identity, first.begun ?? Promise.resolve())) as [string, RequestHandler][])
  handlers.set('query', (params, token) => forwarding.forward(params, token))
  const ready = handlers.get('ready')
  if (ready && first.begun) handlers.set('ready', async (params, token, gone) => (await first.begun, ready(params, token, gone)))
  handlers.set('saveState', (state) => ((saved = state), null))
  handlers.set('log', (params) => (logFromPage(context, plan.page, params), null))
  const connection = connectWebview(webview, handlers, forwarding.pageLoaded, new Set(plan.lasting))
  owned.push(connection, forwarding, keepTitle(context, plan, webviewPanel, identity), context.queries.watch({ runs: plan.runs(identity), folders: [] }))
  owned.push(context.queries.onChanged((change) => (change.run === undefined || own(change.run)) && connection.notify('changed', change)))
  owned.push(webviewPanel.onDidChangeViewState(() => webviewPanel.visible || connection.pageGone()))
  webviewPanel.onDidDispose(() => owned.forEach((each) => each.dispose()))
  webview.options = { enableScripts: true, enableForms: false, enableCommandUris: false, localResourceRoots: [bundleFolder(context.extension.extensionUri)] }
  webview.html = panelHtml(webview, context.extension.extensionUri, plan.page, webviewPanel.title, identity)
  return panel
}

/** The first part of a run's folder name is the name that its file gave it. */
const nameByFolder = ([run]: readonly string[]) => basename(run ?? '').split('--')[0] ?? ''

/** Titles a panel of one run by the name that people gave the run, now and whenever they change it. */
function keepTitle<Requests, Notices, Identity>(
  { queries }: ViewsContext, plan: PanelPlan<Requests, Notices, Identity>, panel: vscode.WebviewPanel, identity: Identity
): vscode.Disposable {
  const [run, ...others] = plan.runs(identity)
  let disposed = false
  const retitle = async () => {
    if (run === undefined || others.length > 0) return
    const { name } = await cardOf(queries, run)
    if (!disposed && name !== '' && name !== basename(run)) panel.title = plan.title(identity, name)
  }
  void retitle()
  const listening = queries.onChanged((change) => change.run === undefined && void retitle())
  return {
    dispose: () => {
      disposed = true
      listening.dispose()
    }
  }
}

/** A page's words reach the log cut and on one line: they may quote a model. */
function logFromPage(context: ViewsContext, page: PageName, params: unknown): void {
  const { level, message } = (params ?? {}) as { level?: unknown; message?: unknown }
  const text = `${page}: ${JSON.stringify(String(message).slice(0, 2000))}`
  if (level === 'error') context.log.error(text)
  else if (level === 'warn') context.log.warn(text)
  else context.log.info(text)
}
