import { plainLine } from '../plainText.ts'
import { isKnownRun } from '../views/knownRuns.ts'
import type { ShownRun } from './shownRun.ts'

export type Grouping = 'recipe' | 'day' | 'none'

export interface RunGroup {
  readonly key: string
  readonly label: string
  readonly runs: readonly ShownRun[]
}

/** Where the runs of a window lie. */
export interface RunPlaces {
  readonly runsFolder: string
  readonly otherRunsFolder: string
}

/**
 * Runs in groups, the group with the newest run first; pinned runs lead. One nameless group where nothing is grouped. Runs that
 * were made without a folder come last, as a group of their own, except in a window that has no folder either.
 */
export function groupRuns(runs: readonly ShownRun[], grouping: Grouping, today: Date, places: RunPlaces): readonly RunGroup[] {
  const { runsFolder, otherRunsFolder } = places
  const isOther = ({ card }: ShownRun): boolean => runsFolder !== otherRunsFolder && isKnownRun(card.directory, [otherRunsFolder])
  const others = runs.filter(isOther).sort(byPinThenNewest)
  const own = groupOwn(runs.filter((run) => !isOther(run)), grouping, today)
  return others.length === 0 ? own : [...own, { key: 'other', label: 'Other: made without a folder', runs: others }]
}

function groupOwn(runs: readonly ShownRun[], grouping: Grouping, today: Date): readonly RunGroup[] {
  const ordered = [...runs].sort(byPinThenNewest)
  if (grouping === 'none') return [{ key: '', label: '', runs: ordered }]
  const groups = new Map<string, ShownRun[]>()
  for (const run of [...ordered].sort(byNewest)) {
    const key = grouping === 'recipe' ? recipeOf(run) : dayOf(run)
    groups.set(key, [...(groups.get(key) ?? []), run])
  }
  return [...groups].map(([key, members]) => ({
    key: `${grouping}:${key}`, label: grouping === 'day' ? dayLabel(key, today) : key, runs: members.sort(byPinThenNewest)
  }))
}

const recipeOf = ({ card }: ShownRun): string => plainLine(card.recipe, 60) || 'no recipe'

/** Local calendar day, `2025-01-31`. */
function dayOf({ card }: ShownRun): string {
  const at = new Date(card.createdAt)
  return Number.isNaN(at.getTime()) ? 'no date' : localDay(at)
}

const localDay = (at: Date): string => [at.getFullYear(), at.getMonth() + 1, at.getDate()].map((part) => String(part).padStart(2, '0')).join('-')

function dayLabel(day: string, today: Date): string {
  const yesterday = new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1)
  if (day === localDay(today)) return 'Today'
  return day === localDay(yesterday) ? 'Yesterday' : day
}

const byNewest = (a: ShownRun, b: ShownRun): number => compare(b.card.createdAt, a.card.createdAt) || compare(b.card.runId, a.card.runId)
const byPinThenNewest = (a: ShownRun, b: ShownRun): number => Number(b.card.pinned) - Number(a.card.pinned) || byNewest(a, b)
const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
