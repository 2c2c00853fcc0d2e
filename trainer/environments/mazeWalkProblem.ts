import { joinWords, splitWords } from '../renderers/words.ts'
import { parseWalk } from './maze.ts'
import type { Walk } from './maze.ts'
import { badPrompt } from './prompt.ts'

export const MAZE_WALK = 'maze-walk'
/** Last word of a prompt that asks for a critique, or to try again. */
export const CRITIQUE = 'critique'
export const REFINE = 'refine'

export type WalkTask = 'solve' | 'judge' | 'refine'

/** What a prompt asks: `walk :`, `walk : response critique` or `walk : response critique <critique> refine`. */
export type WalkPrompt =
  | { readonly task: 'solve'; readonly walk: Walk }
  | { readonly task: 'judge'; readonly walk: Walk; readonly response: string }
  | { readonly task: 'refine'; readonly walk: Walk; readonly response: string; readonly critique: string }

export const solvePrompt = (walk: string): string => `${walk} :`
export const judgePrompt = (prompt: string, response: string): string => inOneLine(prompt, response, CRITIQUE)
export const retryPrompt = (prompt: string, response: string, critique: string): string => inOneLine(prompt, response, CRITIQUE, critique, REFINE)

/** Words of the notation stand between single spaces, however the texts were split. */
const inOneLine = (...texts: readonly string[]): string => joinWords(texts.flatMap((text) => splitWords(text)))

/** Throws `environment/bad-prompt`. */
export function parsePrompt(prompt: string): WalkPrompt {
  const words = splitWords(prompt).map((word) => word.text)
  const colon = words.indexOf(':')
  const walk = colon < 0 ? null : parseWalk(words.slice(0, colon))
  if (walk === null) throw badPrompt(MAZE_WALK, prompt, '“26 b d a :”')
  const rest = words.slice(colon + 1)
  const last = rest.at(-1)
  if (last === undefined) return { task: 'solve', walk }
  const between = rest.indexOf(CRITIQUE)
  const response = rest.slice(0, between).join(' ')
  if (last === CRITIQUE && between === rest.length - 1) return { task: 'judge', walk, response }
  if (last === REFINE && between >= 0) return { task: 'refine', walk, response, critique: rest.slice(between + 1, -1).join(' ') }
  throw badPrompt(MAZE_WALK, prompt, '“26 b d a : 26 b 17 … critique”')
}
