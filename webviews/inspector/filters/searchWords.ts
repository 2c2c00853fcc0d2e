import type { SearchState } from '../inspectorModel.ts'
import { countText, unitsText } from '../rowText.ts'

/** How many hits are listed; where the search ended with the last of them there may be more. */
export function hitsFound({ hits, state }: SearchState): string {
  return state === 'cut' ? `First ${unitsText(hits.length, 'hit')}` : unitsText(hits.length, 'hit')
}

/** How far the list was searched. @param total rows of the list */
export function rowsSearched({ searched, state }: SearchState, total: number): string {
  switch (state) {
    case 'searching': return `${countText(searched)} of ${countText(total)} searched…`
    case 'cut': return `stopped at row ${countText(searched)} of ${countText(total)}: there may be more below, found with a longer text or a filter`
    case 'complete': return `all ${countText(total)} rows searched`
    case 'failed': return `${countText(searched)} of ${countText(total)} searched`
  }
}
