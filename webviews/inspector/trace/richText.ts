import markdownIt from 'markdown-it'
import temml from 'temml'
import { formulaAt } from './formulas.ts'
import { appendVisible } from './tokenText.ts'

/** Longer text stays raw: laying it out would stop the page. */
export const LONGEST_RICH = 100_000

// Raw HTML is text; addresses are not turned into links.
const markdown = markdownIt({ html: false, linkify: false, breaks: true })
// Before Markdown takes backslashes and underscores away.
markdown.inline.ruler.before('escape', 'formula', (state, silent) => {
  const formula = formulaAt(state.src, state.pos)
  if (!formula) return false
  if (!silent) {
    const token = state.push('formula', '', 0)
    token.content = formula.text
    token.info = formula.source
    token.block = formula.display
  }
  state.pos += formula.source.length
  return true
})

/** Elements that rendered Markdown may become; everything else becomes a span. */
const ELEMENTS: ReadonlySet<string> = new Set(['p', 'ul', 'ol', 'li', 'blockquote', 'strong', 'em', 's', 'table', 'thead', 'tbody', 'tr', 'th', 'td', 'hr'])

type Token = ReturnType<typeof markdown.parse>[number]

/** Markdown and LaTeX as DOM nodes. Nothing in it can be clicked or loads anything: links are words with their address, images too. */
export function richText(text: string): HTMLElement {
  const root = document.createElement('div')
  root.className = 'rich'
  appendTokens(root, markdown.parse(text, {}))
  return root
}

function appendTokens(root: HTMLElement, tokens: readonly Token[]): void {
  const open: HTMLElement[] = [root]
  for (const token of tokens) {
    const parent = open.at(-1) ?? root
    if (token.nesting === 1) {
      const element = elementFor(token)
      parent.append(element)
      open.push(element)
    } else if (token.nesting === -1) {
      if (open.length > 1) close(open.pop(), token)
    } else appendLeaf(parent, token)
  }
}

function elementFor(token: Token): HTMLElement {
  const element = document.createElement(ELEMENTS.has(token.tag) ? token.tag : /^h\d$/.test(token.tag) ? 'p' : 'span')
  if (/^h\d$/.test(token.tag)) element.className = 'heading'
  if (token.type === 'link_open') {
    element.className = 'address'
    element.dataset['address'] = String(token.attrGet('href') ?? '')
  }
  return element
}

/** The address of a link is said after its words. */
function close(element: HTMLElement | undefined, token: Token): void {
  if (token.type === 'link_close' && element) appendVisible(element, ` (${(element.dataset['address'] ?? '').slice(0, 500)})`)
}

function appendLeaf(parent: HTMLElement, token: Token): void {
  if (token.type === 'inline') appendTokens(parent, token.children ?? [])
  else if (token.type === 'fence' || token.type === 'code_block') parent.append(textElement('pre', token.content))
  else if (token.type === 'code_inline') parent.append(textElement('code', token.content))
  else if (token.type === 'softbreak' || token.type === 'hardbreak') parent.append(document.createElement('br'))
  else if (token.type === 'hr') parent.append(document.createElement('hr'))
  else if (token.type === 'image') parent.append(textElement('span', `[image: ${token.content} (${String(token.attrGet('src') ?? '').slice(0, 500)})]`))
  else if (token.type === 'formula') parent.append(formulaElement(token))
  else appendVisible(parent, token.content)
}

function formulaElement(token: Token): HTMLElement {
  const element = document.createElement(token.block ? 'div' : 'span')
  try {
    temml.render(token.content, element, { displayMode: token.block, throwOnError: true, trust: false, maxSize: [20, 500], maxExpand: 200 })
  } catch {
    // Models write much that is no LaTeX; what cannot be set is shown as it stands.
    element.replaceChildren()
    appendVisible(element, token.info)
  }
  return element
}

function textElement(name: string, text: string): HTMLElement {
  const element = document.createElement(name)
  appendVisible(element, text)
  return element
}
