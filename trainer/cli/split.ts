import { LabError } from '../errors.ts'
import type { Split } from '../protocol/problem.ts'
import { nearestName } from '../nearestName.ts'

const SPLITS: Readonly<Record<string, Split>> = { train: 'train', 'held-out': 'heldOut', heldOut: 'heldOut', tuning: 'tuning' }

/** The split as people name it on the command line. */
export function parseSplit(text: string): Split {
  const split = Object.hasOwn(SPLITS, text) ? SPLITS[text] : undefined
  if (split !== undefined) return split
  const names = Object.keys(SPLITS).filter((name) => name !== 'heldOut')
  const nearest = nearestName(text, names)
  const remedy = `${nearest === undefined ? '' : `Did you mean "${nearest}"? `}Allowed: ${names.join(', ')}.`
  throw new LabError('usage', 'usage/option', `--split is "${text}".`, { place: '--split', remedy })
}
