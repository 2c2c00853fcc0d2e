import type { Browser, BrowserContext, Frame, Locator, Page } from 'playwright-core'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { VscodeServer } from '../../scripts/vscodeServer.mjs'
import { writeSettings } from '../../scripts/vscodeServer.mjs'
import { newContext, PATIENCE_MS } from './browser.ts'
import { RequestLog } from './requestLog.ts'

const PICTURES = new URL('../../dist/pictures/', import.meta.url).pathname

export const THEMES = {
  dark: { name: 'Default Dark Modern', marker: 'vs-dark' },
  light: { name: 'Default Light Modern', marker: 'vs' },
  highContrast: { name: 'Default High Contrast', marker: 'hc-black' }
} as const
export type Theme = keyof typeof THEMES

/** What a browser says of itself and not of a page, and VS Code of its own: it opens its settings twice with the first comment controller. */
const NOISE = [/User\/settings\.json already exists/, /Error: unknown document/, /IDBTransaction|IndexedDB database/, /OverlayWebview has been disposed/, /authentication provider 'github'/, /onWillSaveTextDocument-event/, /File Modified Since/, /Failed to load resource/, /ServiceWorker/, /\(404\) was received when fetching the script/, /ResizeObserver loop/, /vscode-cdn\.net/, /\[Extension Host\] \(node/, /Canceled/, /Throttler is disposed/]

/** Start options of the workbench that have no other way in: names and values. */
export type Payload = readonly (readonly [string, string])[]

/** One VS Code window in a browser page: what a person sees and does, and what went wrong meanwhile. */
export class Workbench {
  readonly errors: string[] = []
  readonly page: Page
  readonly requests: RequestLog
  private readonly context: BrowserContext
  private readonly server: VscodeServer

  private constructor(context: BrowserContext, page: Page, server: VscodeServer) {
    this.context = context
    this.page = page
    this.server = server
    this.requests = new RequestLog(context)
    page.on('console', (message) => {
      if (message.type() === 'error' && !NOISE.some((noise) => noise.test(message.text()))) this.errors.push(message.text())
    })
    page.on('pageerror', (error) => this.errors.push(String(error)))
  }

  /** @param folder or a workspace file of several folders. */
  static async open(browser: Browser, server: VscodeServer, folder: string, payload: Payload = [], prepare?: (page: Page) => Promise<void>): Promise<Workbench> {
    const context = await newContext(browser)
    const page = await context.newPage()
    await prepare?.(page)
    const workbench = new Workbench(context, page, server)
    const opened = folder.endsWith('.code-workspace') ? 'workspace' : 'folder'
    const query = new URLSearchParams({ [opened]: folder, ...(payload.length > 0 ? { payload: JSON.stringify(payload) } : {}) })
    await page.goto(`${server.url}/?${query}`)
    await workbench.ready()
    return workbench
  }

  async ready(): Promise<void> {
    await this.page.locator('.monaco-workbench .statusbar').waitFor()
    await this.page.locator('.monaco-workbench .activitybar a.action-label').first().waitFor()
  }

  /** VS Code's own reload: it saves what is open first, which a browser's reload does not. */
  async reload(): Promise<void> {
    const loaded = this.page.waitForEvent('load')
    await this.command('Developer: Reload Window')
    await loaded
    await this.ready()
  }

  /** Opens the palette and runs the command with this title, e.g. "Rollout Lab: Start Run…", as soon as it is known and enabled. */
  async command(title: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first()
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await this.page.keyboard.press('Escape')) {
      await this.openPalette(title)
      // A palette does not take up commands that are registered while it is open.
      if (await row.click({ timeout: 1500 }).then(() => true, () => false)) return
    }
    throw new Error(`The palette does not offer "${title}". ${await this.said()}`)
  }

  /** Runs a command that asks which, and chooses; asks again where a view that takes the focus meanwhile closes the list. */
  async commandOn(title: string, label: string): Promise<void> {
    const row = this.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first()
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await this.page.keyboard.press('Escape')) {
      await this.command(title)
      if (await row.click({ timeout: 5000 }).then(() => true, () => false)) return
    }
    throw new Error(`"${title}" does not offer "${label}". ${await this.said()}`)
  }

  /** Titles that the palette offers for this text. */
  async offered(text: string): Promise<string[]> {
    await this.openPalette(text)
    await this.page.locator('.quick-input-list .monaco-list-row').first().waitFor()
    const labels = await this.page.locator('.quick-input-list .monaco-list-row').evaluateAll((rows) => rows.map((row) => row.getAttribute('aria-label') ?? ''))
    await this.page.keyboard.press('Escape')
    return labels
  }

  /** A view that takes the focus meanwhile closes the palette: it is opened again. */
  private async openPalette(text: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input')
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until;) {
      await this.page.keyboard.press('F1')
      if (await input.fill(`>${text}`, { timeout: 2000 }).then(() => true, () => false)) return
    }
    throw new Error(`The palette did not open. ${await this.said()}`)
  }

  /** Chooses a row of the quick pick that is open. */
  async pick(label: string | RegExp): Promise<void> {
    await this.page.locator('.quick-input-list .monaco-list-row', { hasText: label }).first().click()
  }

  async openView(label: string): Promise<void> {
    await this.page.locator(`.activitybar a.action-label[aria-label^="${label}"]`).click()
  }

  async closeEditors(): Promise<void> {
    await this.command('View: Close All Editors')
    await this.page.locator('.tabs-container .tab').first().waitFor({ state: 'detached' })
  }

  tree(): Locator {
    return this.page.locator('.pane-body .monaco-list-row')
  }

  editorTab(title: string | RegExp): Locator {
    return this.page.locator('.tabs-container .tab', { hasText: title })
  }

  notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item-message')
  }

  /** The page of the webview on screen whose root element this is, e.g. `lab-inspector`. */
  async view(root: string): Promise<Frame> {
    for (const until = Date.now() + PATIENCE_MS; Date.now() < until; await this.page.waitForTimeout(50)) {
      for (const frame of this.webviewFrames()) {
        if ((await isShown(frame)) && (await frame.locator(root).count().catch(() => 0)) > 0) return frame
      }
    }
    throw new Error(`No webview shows <${root}>. Tabs: ${(await this.page.locator('.tabs-container .tab').allInnerTexts()).join(', ')}. ${await this.said()}`)
  }

  /** The frames in which pages of webviews run. */
  webviewFrames(): Frame[] {
    return this.page.frames().filter((frame) => /\/pre\/fake\.html/.test(frame.url()))
  }

  /** Notifications and the log's last words, for messages of failed tests. */
  private async said(): Promise<string> {
    return `Notifications: ${(await this.notifications().allInnerTexts()).join(' | ')}. Errors: ${this.errors.slice(-5).join(' | ')}`
  }

  /** Changes the colour theme as a settings file does, and waits until the window wears it. */
  async theme(theme: Theme): Promise<void> {
    writeSettings(this.server.directories, { 'workbench.colorTheme': THEMES[theme].name })
    await this.page.locator(`.monaco-workbench.${THEMES[theme].marker}`).waitFor()
  }

  /** Writes dist/pictures/<name>.png. */
  async picture(name: string): Promise<string> {
    mkdirSync(PICTURES, { recursive: true })
    const path = join(PICTURES, `${name}.png`)
    await this.page.screenshot({ path })
    return path
  }

  requestsLeaving(): string[] {
    return this.requests.leaving(this.server.url)
  }

  async close(): Promise<void> {
    await this.context.close()
  }
}

/** VS Code keeps hidden webviews in the page and moves only the one in front into view. */
async function isShown(frame: Frame): Promise<boolean> {
  const outer = frame.parentFrame()
  if (!outer) return false
  return outer.frameElement().then((element) => element.isVisible()).catch(() => false)
}
