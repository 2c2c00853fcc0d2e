import { STANDINGS } from './runWords.ts'
import type { ShownRun } from './shownRun.ts'

/**
 * Words that must all be found, case ignored, in a run's name, recipe, model, environment, notes, standing or tags. `#word`
 * looks at tags alone.
 */
export function filterRuns(runs: readonly ShownRun[], filter: string): readonly ShownRun[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== '')
  return words.length === 0 ? runs : runs.filter((run) => words.every((word) => matches(run, word)))
}

function matches({ card, standing }: ShownRun, word: string): boolean {
  const tags = card.tags.map((tag) => `#${tag}`.toLowerCase())
  if (word.startsWith('#')) return tags.some((tag) => tag.startsWith(word))
  const texts = [card.name, card.recipe, card.model, card.environment, card.notes, card.runId, STANDINGS[standing].word, ...tags]
  return texts.some((text) => text.toLowerCase().includes(word))
}
