import { chromium } from 'playwright-core'
import type { Browser, BrowserContext } from 'playwright-core'
import { findChromium } from '../../scripts/vscode.mjs'

/** No name but this machine's own resolves, so that a request to anywhere else cannot even be sent. */
const flags = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
  '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1'
]

export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium()
  if (!executablePath) throw new Error('No Chromium found. On Debian: apt-get install chromium-headless-shell; elsewhere set ROLLOUT_LAB_CHROMIUM.')
  return chromium.launch({ executablePath, headless: true, args: flags })
}

/** A machine that is busy shows things late: only what never comes is a fault. */
export const PATIENCE_MS = 60_000

/** Without animations, whose drawing takes a tenth of a test's processor time. */
export async function newContext(browser: Browser, options: { readonly width?: number; readonly height?: number } = {}): Promise<BrowserContext> {
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1400, height: options.height ?? 900 }, permissions: ['clipboard-read', 'clipboard-write'], serviceWorkers: 'allow', reducedMotion: 'reduce'
  })
  context.setDefaultTimeout(PATIENCE_MS)
  return context
}
