import type { LeftOut, RowKind } from '../../trainer/protocol/labelRows.ts'
import type { RowsPreview } from '../../trainer/protocol/labelViews.ts'
import { rowsText } from './exportWords.ts'

/** A recipe that trains on labels, and the rows that it takes. */
export interface LabelRecipe {
  readonly recipe: string
  readonly kind: RowKind
  readonly what: string
  /** What to do to get such rows. */
  readonly hint: string
}

export const LABEL_RECIPES: readonly LabelRecipe[] = [
  { recipe: 'cft', kind: 'critiques', what: 'Critique fine-tuning: to say what is wrong with a response', hint: 'Write critiques on traces.' },
  { recipe: 'prm', kind: 'steps', what: 'Process reward model: scores each step, then rewards or reranks', hint: 'Rate steps, or mark the first wrong one.' },
  { recipe: 'dpo', kind: 'preferences', what: 'Direct preference optimisation: to prefer the chosen side', hint: 'Compare two rollouts of one problem, or write a better trace.' },
  { recipe: 'rationale-preference', kind: 'preferences', what: 'Preferences with the reason why: to prefer, and to say why', hint: 'Compare two rollouts of one problem and give a reason.' },
  { recipe: 'sft-labels', kind: 'solutions', what: 'Fine-tuning on accepted traces', hint: 'Judge traces right, or write a better one.' }
]

/** Rows of the recipe, and the commonest reasons for which labels gave none. */
export function recipeDetail({ kind, hint }: LabelRecipe, { leftOut }: RowsPreview, rows: number): string {
  const reasons = leftOut.filter((left) => left.kind === kind).sort((a, b) => b.count - a.count)
  const left = reasons.length === 0 ? '' : `Left out: ${reasons.slice(0, 3).map(reasonText).join('; ')}${reasons.length > 3 ? '; …' : ''}`
  return [rows === 0 ? hint : '', left].filter((text) => text !== '').join(' ')
}

const reasonText = ({ count, reason }: LeftOut): string => `${count} as ${reason}`

/** For `rationale-preference`, the pairs that say why are not counted apart: the recipe takes the others as plain preferences. */
export const recipeDescription = (rows: number): string => (rows === 0 ? 'nothing to train on yet' : rowsText(rows))
