import { css, LitElement, html } from 'lit'
import type { PropertyValues } from 'lit'
import { sharedStyles } from '../../controls/sharedStyles.ts'
import { visiblePieces } from '../../protocol/visibleText.ts'
import { blocksOf, tokenAt } from './traceLayout.ts'
import { bucketOf, scaleOf } from './tokenColours.ts'
import type { ColourMode, TokenValues } from './tokenColours.ts'
import { tokenStyles } from './tokenStyles.ts'

/** What the text is of: one range of a segment, with its tokens. */
export interface TokenRange {
  readonly text: string
  readonly from: number
  readonly to: number
  readonly tokenEnds: readonly number[]
  readonly values: TokenValues
}

interface Block {
  readonly element: HTMLElement
  readonly from: number
  readonly to: number
  /** Colouring whose tokens it has; `plain` = text only. */
  drawn: ColourMode | 'plain'
}

/**
 * A range of a trace, token by token. It is cut into blocks; only blocks near the screen have an element for each token, others
 * are one text node, and those far away are not even laid out. Fires `tokenpoint` with the token under the pointer.
 */
export class TokenText extends LitElement {
  static override properties = { range: { attribute: false }, mode: {}, cursor: { type: Number } }
  static override styles = [
    sharedStyles,
    tokenStyles,
    css`
      :host {
        display: block;
      }
      .block {
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        content-visibility: auto;
        contain-intrinsic-size: auto 300px;
        font-family: var(--vscode-editor-font-family);
        font-size: var(--vscode-editor-font-size);
        line-height: 1.5;
        unicode-bidi: isolate;
      }
    `
  ]

  declare range: TokenRange
  declare mode: ColourMode
  /** Token that the keyboard is at; −1 = none. */
  declare cursor: number

  #blocks: readonly Block[] = []
  #near = new Set<Element>()
  #seen: IntersectionObserver | undefined

  constructor() {
    super()
    this.mode = 'none'
    this.cursor = -1
  }

  override render() {
    return html`<div class="text"></div>`
  }

  override updated(changed: PropertyValues<this>): void {
    if (changed.has('range')) this.#build()
    for (const block of this.#blocks) if (this.#near.has(block.element)) this.#draw(block)
    if (changed.has('cursor')) this.#showCursor()
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback()
    this.#seen?.disconnect()
  }

  override connectedCallback(): void {
    super.connectedCallback()
    for (const block of this.#blocks) this.#seen?.observe(block.element)
  }

  #build(): void {
    const container = this.renderRoot.querySelector('.text')
    if (!container) return
    this.#seen?.disconnect()
    this.#near.clear()
    this.#seen = new IntersectionObserver((entries) => this.#onSeen(entries), { rootMargin: '800px 0px' })
    const { text, from, to } = this.range
    this.#blocks = blocksOf(text, from, to).map(([start, end]) => {
      const element = document.createElement('div')
      element.className = 'block'
      appendVisible(element, text.slice(start, end))
      return { element, from: start, to: end, drawn: 'plain' }
    })
    container.replaceChildren(...this.#blocks.map((block) => block.element))
    for (const block of this.#blocks) this.#seen.observe(block.element)
  }

  #onSeen(entries: readonly IntersectionObserverEntry[]): void {
    for (const entry of entries) {
      if (entry.isIntersecting) this.#near.add(entry.target)
      else this.#near.delete(entry.target)
    }
    for (const block of this.#blocks) {
      if (this.#near.has(block.element)) this.#draw(block)
      else this.#undraw(block)
    }
  }

  #draw(block: Block): void {
    if (block.drawn === this.mode || (block.drawn === 'plain' && this.mode === 'none')) return
    block.drawn = this.mode
    block.element.replaceChildren(...this.#tokens(block.from, block.to))
    this.#markCursor()
  }

  #undraw(block: Block): void {
    if (block.drawn === 'plain') return
    block.drawn = 'plain'
    block.element.replaceChildren()
    appendVisible(block.element, this.range.text.slice(block.from, block.to))
  }

  *#tokens(from: number, to: number): Iterable<Node> {
    const { text, tokenEnds, values } = this.range
    const scale = this.mode === 'none' ? undefined : scaleOf(this.mode, values)
    const series = this.mode === 'none' ? undefined : values[this.mode]
    const plain = visiblePieces(text.slice(from, to)).every((piece) => !piece.hidden)
    const fill = (element: HTMLElement, shown: string) => (plain ? (element.textContent = shown) : appendVisible(element, shown))
    let at = from
    for (let token = tokenAt(tokenEnds, from); at < to && token < tokenEnds.length; token++) {
      const end = Math.min(to, tokenEnds[token] ?? to)
      if (end <= at) continue
      const element = document.createElement('span')
      element.dataset['token'] = String(token)
      const value = series?.[token]
      if (scale && value !== undefined) element.className = bucketOf(scale, this.mode, value)
      fill(element, text.slice(at, end))
      yield element
      at = end
    }
    if (at < to) {
      const rest = document.createElement('span')
      fill(rest, text.slice(at, to))
      yield rest
    }
  }

  #showCursor(): void {
    this.#markCursor()
    const { tokenEnds, from, to } = this.range
    const start = this.cursor <= 0 ? 0 : (tokenEnds[this.cursor - 1] ?? 0)
    if (this.cursor < 0 || start < from || start >= to) return
    const block = this.#blocks.find((each) => start >= each.from && start < each.to)
    if (!block) return
    this.#near.add(block.element)
    if (block.element.querySelector('[data-token]') === null) {
      block.drawn = this.mode
      block.element.replaceChildren(...this.#tokens(block.from, block.to))
      this.#markCursor()
    }
    block.element.querySelector('.cursor')?.scrollIntoView({ block: 'nearest' })
  }

  #markCursor(): void {
    for (const old of this.renderRoot.querySelectorAll('.cursor')) old.classList.remove('cursor')
    if (this.cursor >= 0) for (const now of this.renderRoot.querySelectorAll(`[data-token="${this.cursor}"]`)) now.classList.add('cursor')
  }
}

/** Adds text with hidden characters as marks; text is only ever put into text nodes. */
export function appendVisible(parent: HTMLElement, text: string): void {
  for (const piece of visiblePieces(text)) {
    if (!piece.hidden) {
      parent.append(piece.text)
      continue
    }
    const mark = document.createElement('span')
    mark.className = 'hidden-mark'
    mark.textContent = piece.text
    parent.append(mark)
  }
}

if (!customElements.get('lab-token-text')) customElements.define('lab-token-text', TokenText)
