import type { StepRating } from '../../trainer/protocol/label.ts'

/** What a key does in the labeller. */
export type LabellerAction =
  | { readonly do: 'up' | 'down' | 'first' | 'last' | 'previousItem' | 'nextItem' | 'commit' | 'complete' | 'undo' | 'help' | 'leave' }
  | { readonly do: 'flag' | 'critique' | 'better' | 'verdict' | 'noneWrong' | 'accept' | 'reject' | 'suggest' | 'blind' | 'render' | 'document' | 'prompt' | 'agreement' }
  | { readonly do: 'rate'; readonly rating: StepRating }
  | { readonly do: 'digit'; readonly digit: number }

const rate = (rating: StepRating): LabellerAction => ({ do: 'rate', rating })

const KEYS: Readonly<Record<string, LabellerAction>> = {
  ArrowUp: { do: 'up' }, ArrowDown: { do: 'down' }, k: { do: 'up' }, j: { do: 'down' }, Home: { do: 'first' }, End: { do: 'last' },
  ArrowLeft: { do: 'previousItem' }, ArrowRight: { do: 'nextItem' }, Enter: { do: 'commit' }, Escape: { do: 'leave' }, z: { do: 'undo' }, '?': { do: 'help' },
  // `=` is the key of `+` without Shift on many keyboards; `−` is what some methods of input make of a hyphen.
  '+': rate(1), '=': rate(1), '0': rate(0), '-': rate(-1), '−': rate(-1), u: rate('unsure'),
  f: { do: 'flag' }, c: { do: 'critique' }, b: { do: 'better' }, v: { do: 'verdict' }, n: { do: 'noneWrong' }, a: { do: 'accept' }, x: { do: 'reject' }, s: { do: 'suggest' },
  i: { do: 'blind' }, m: { do: 'render' }, o: { do: 'document' }, p: { do: 'prompt' }, g: { do: 'agreement' },
  ...Object.fromEntries([1, 2, 3, 4, 5, 6, 7, 8, 9].map((digit) => [String(digit), { do: 'digit', digit } satisfies LabellerAction]))
}

/** The keys as the cheat sheet says them. */
export const KEY_WORDS: readonly (readonly [string, string])[] = [
  ['↑ ↓', 'step, verdict or field before, after'], ['1 – 9', 'option of the field; among the steps, the step of this number (1 2 for step 12)'],
  ['+ 0 − u', 'rate the step great, okay, bad, unsure'], ['n', 'no step is wrong'], ['v', 'verdict: right, wrong, none'],
  ['c', 'write a critique of the step, or of the trace from the verdict; a pair’s rationale'], ['b', 'write a better step, or a better answer from the verdict'], ['f', 'flag, and unflag'],
  ['Enter', 'commit to the disk'], ['Ctrl+Enter, ⌘+Enter', 'complete and go on, also while writing'], ['Esc', 'stop writing'], ['z', 'undo, also what was committed last'],
  ['← →', 'item before, after'], ['a x', 'accept, reject the draft'], ['s', 'ask for drafts'], ['i', 'blind: hide reward, gold answer and others’ labels'],
  ['m', 'draw Markdown and LaTeX, and back to raw'], ['p', 'fold the prompt'], ['o', 'open as a text document'], ['g', 'agreement between labelers'], ['?', 'this list']
]

/** What counts of a key event. */
export interface Pressed {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/**
 * What a key does; undefined where it belongs to a field, a button or VS Code.
 * @param where what has the focus: text that is being written, another control that needs its keys, or nothing that does.
 */
export function actionOf({ key, ctrlKey, metaKey, altKey }: Pressed, where: 'text' | 'control' | 'page'): LabellerAction | undefined {
  if (altKey) return undefined
  if (ctrlKey || metaKey) return key === 'Enter' ? { do: 'complete' } : undefined
  if (where === 'text') return key === 'Escape' ? { do: 'leave' } : undefined
  if (where === 'control' && OWN_KEYS.has(key)) return undefined
  return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined
}

/** What buttons, lists and check boxes do with keys themselves. */
const OWN_KEYS: ReadonlySet<string> = new Set(['Enter', ' ', 'ArrowUp', 'ArrowDown', 'ArrowLeft', 'ArrowRight', 'Home', 'End'])
