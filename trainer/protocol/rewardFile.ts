/** What can be read of a reward file without running it: which functions it has and where. Editors and the trainer agree on it. */

/** `brevity.reward.ts`: a file of reward functions. */
export const isRewardFile = (path: string): boolean => /[^/\\]\.reward\.(?:ts|js|py)$/.test(path)

export type RewardLanguage = 'typescript' | 'javascript' | 'python'

const LANGUAGES: Readonly<Record<string, RewardLanguage>> = { ts: 'typescript', js: 'javascript', py: 'python' }

export const rewardLanguage = (path: string): RewardLanguage => LANGUAGES[path.slice(path.lastIndexOf('.') + 1)] ?? 'javascript'

/** A function of a reward file; `line` from 1. */
export interface RewardPlace {
  readonly name: string
  readonly line: number
}

/** Exported function declarations and arrow functions; a type between name and `=` may be there. */
const EXPORTED = /^export[ \t]+(?:(?:async[ \t]+)?function[ \t]+([A-Za-z_]\w*)|const[ \t]+([A-Za-z_]\w*)[^=\n]*=[ \t]*(?:async[ \t]*)?(?:function\b|\(|[A-Za-z_]\w*[ \t]*=>))/gm
/** Functions at the margin; a leading underscore marks a helper. */
const DEFINED = /^def[ \t]+([A-Za-z]\w*)[ \t]*\(/gm

/** The functions of the file, in its order. */
export function rewardPlaces(path: string, text: string): readonly RewardPlace[] {
  const pattern = rewardLanguage(path) === 'python' ? DEFINED : EXPORTED
  return [...text.matchAll(pattern)].map((match) => ({ name: (match[1] ?? match[2])!, line: lineAt(text, match.index) }))
}

/** Names that stand for the file as a whole. */
const MAIN = ['score', 'reward']

/** The function that is meant where none is named: `score`, `reward`, the one named as the file is, or the only one. */
export function mainRewardPlace(path: string, places: readonly RewardPlace[]): RewardPlace | undefined {
  const named = [...MAIN, baseName(path)].flatMap((name) => places.filter((place) => place.name === name))
  return named[0] ?? (places.length === 1 ? places[0] : undefined)
}

/** Name of the reward part: the function's, and the file's where the function stands for the file. */
export const rewardPartName = (path: string, functionName: string): string => (MAIN.includes(functionName) ? baseName(path) : functionName)

const baseName = (path: string): string => path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).replace(/\.reward\.\w+$/, '')

const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length
