import { html } from 'lit'

/** Every key of the inspector, as the cheat sheet says them. */
export const KEYS: readonly (readonly [string, string])[] = [
  ['j k, ↓ ↑', 'next, previous row'], ['Page Down, Page Up, Home, End', 'further along the list'], ['Enter', 'open the row'], ['Esc', 'back to the list; close what is open'],
  ['g', 'group of the rollout'], ['r', 'the rollout itself'], ['h', 'same problem through time'], ['Shift+G', 'list groups or rollouts'],
  ['/', 'text filter'], ['s', 'find text in the list'], ['e', 'all filters'], ['f', 'follow the newest rollouts'], ['← →', 'token by token, in the trace'],
  ['c', 'next colouring of tokens'], ['m', 'render Markdown and LaTeX, and back to raw'], ['z', 'fold or unfold all'], ['d', 'mark for a comparison, then compare'],
  ['o', 'open as a text document'], ['l', 'label the rollout'], ['y', 'copy a link'],
  ['a', 'files of the attempt in the editor'], ['x', 'attempt against the gold solution'], ['t', 'run the attempt again in the sandbox'], ['?', 'this list']
]

export function cheatSheet(close: () => void) {
  return html`<dialog class="keys" aria-label="Keys" @close=${close} @click=${(event: MouseEvent) => event.target === event.currentTarget && close()}>
    <h2>Keys</h2><dl>${KEYS.map(([key, what]) => html`<dt><kbd>${key}</kbd></dt><dd>${what}</dd>`)}</dl>
    <button type="button" class="tool" autofocus @click=${close}>Close</button></dialog>`
}
