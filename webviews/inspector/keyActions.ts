const ACTIONS = {
  j: 'next', ArrowDown: 'next', k: 'previous', ArrowUp: 'previous', Enter: 'open', Escape: 'back', g: 'group', r: 'rollout', h: 'history', G: 'listBy', '/': 'text', s: 'text',
  e: 'filters', f: 'follow', c: 'colour', m: 'render', z: 'fold', d: 'mark', o: 'document', l: 'label', y: 'link', a: 'attempt', x: 'gold', t: 'runAgain', '?': 'help'
} as const

export type KeyAction = (typeof ACTIONS)[keyof typeof ACTIONS]

/** Keys that an element with the focus needs for itself. */
const OWN_KEYS: ReadonlySet<string> = new Set(['ArrowDown', 'ArrowUp', 'Enter'])

/** What a key does here; undefined where it belongs to a field, a button or VS Code. */
export function keyAction(event: KeyboardEvent): KeyAction | undefined {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return undefined
  const target = event.composedPath()[0]
  if (target instanceof HTMLElement) {
    if (target.closest('dialog')) return undefined
    if (isField(target)) return event.key === 'Escape' ? leaveField(target) : undefined
    if (OWN_KEYS.has(event.key) && target !== document.body) return undefined
  }
  return event.key in ACTIONS ? ACTIONS[event.key as keyof typeof ACTIONS] : undefined
}

function isField(target: HTMLElement): boolean {
  if (target instanceof HTMLInputElement) return target.type !== 'checkbox'
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement
}

function leaveField(target: HTMLElement): undefined {
  target.blur()
  return undefined
}
