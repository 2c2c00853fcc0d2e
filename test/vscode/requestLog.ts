import type { BrowserContext, Request } from 'playwright-core'

/** Everything that the pages of a browser asked for, to show that nothing went beyond the VS Code server of the test. */
export class RequestLog {
  private readonly urls: string[] = []

  constructor(context: BrowserContext) {
    context.on('request', (request: Request) => this.urls.push(request.url()))
  }

  /** Requests for other hosts than `origin`. Resources of a webview are answered by VS Code's service worker, not by a host. */
  leaving(origin: string): string[] {
    return this.urls.filter((url) => !staysHere(url, origin))
  }

  get count(): number {
    return this.urls.length
  }
}

const local = new Set(['data:', 'blob:', 'about:', 'chrome-extension:', 'chrome-error:'])

function staysHere(url: string, origin: string): boolean {
  const { protocol, host, hostname } = new URL(url)
  if (local.has(protocol)) return true
  return host === new URL(origin).host || hostname.endsWith('.vscode-resource.vscode-cdn.net')
}
