import * as vscode from 'vscode'

export type PageName = 'dashboard' | 'inspector' | 'labeller' | 'playground'

export const bundleFolder = (extensionUri: vscode.Uri) => vscode.Uri.joinPath(extensionUri, 'dist', 'webviews')

/**
 * The page of a view: nothing but its own script and style, nothing from the network, no inline script. The control library
 * looks the nonce up to try one style rule, by which it knows that the browser tells focus by keyboard from focus by mouse.
 */
export function panelHtml(webview: vscode.Webview, extensionUri: vscode.Uri, page: PageName, title: string, identity: unknown): string {
  const nonce = newNonce()
  const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(bundleFolder(extensionUri), name)).toString()
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${nonce}'`,
    `style-src ${webview.cspSource} 'nonce-${nonce}'`,
    `font-src ${webview.cspSource}`,
    `img-src ${webview.cspSource}`,
    "base-uri 'none'",
    "form-action 'none'"
  ].join('; ')
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeAttribute(policy)}">
<meta property="csp-nonce" content="${nonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeAttribute(title)}</title>
<link rel="stylesheet" href="${escapeAttribute(file(`${page}.css`))}">
</head>
<body data-identity="${escapeAttribute(JSON.stringify(identity))}">
<script type="module" nonce="${nonce}" src="${escapeAttribute(file(`${page}.js`))}"></script>
</body>
</html>`
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escapeAttribute = (text: string) => text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '')

function newNonce(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24))
  return Buffer.from(bytes).toString('base64url')
}
