/** What another reward would have said of the same rollouts. Pure; every figure says what it counts. */

/** A rollout before and after; null = not scorable. */
export interface Rescored {
  readonly id: string
  readonly step: number
  readonly group: string
  /** Score of the part, or the total where the reward stands for the whole. */
  readonly before: number | null
  readonly after: number | null
  readonly totalBefore: number | null
  readonly totalAfter: number | null
  readonly why: string
}

export interface RescoreChanges {
  /** Training rollouts of the run that were scored again. */
  readonly rollouts: number
  /** Of them: without a score now. */
  readonly notScorable: number
  /** Of those scored before and after: with another score. */
  readonly changed: number
  readonly higher: number
  readonly lower: number
  /** Of them: worth 1 or more now and less before, which is right by the reward; and the other way. */
  readonly becameRight: number
  readonly becameWrong: number
  /** Means over those scored before and after; null where there are none. */
  readonly meanBefore: number | null
  readonly meanAfter: number | null
  readonly meanTotalBefore: number | null
  readonly meanTotalAfter: number | null
  /** Rollouts whose total lies on another side of its group's mean: a group-relative algorithm would push them the other way. */
  readonly turned: number
  readonly groups: number
  /** Groups whose totals are all equal: they teach a group-relative algorithm nothing. */
  readonly flatBefore: number
  readonly flatAfter: number
  /** Rollouts that changed most, by size of the change. */
  readonly largest: readonly Rescored[]
  /** Why rollouts have no score, the most frequent first. */
  readonly reasons: readonly { readonly why: string; readonly count: number }[]
}

const LISTED = 20
const MOST_REASONS = 5
/** Reasons told apart; hostile rewards may give each rollout one of its own. */
const REASONS_KEPT = 1000

/** Gathers what changed, rollout by rollout, in any order. */
export class RescoreTally {
  #rollouts = 0
  #notScorable = 0
  #higher = 0
  #lower = 0
  #becameRight = 0
  #becameWrong = 0
  readonly #part = new PairedMeans()
  readonly #total = new PairedMeans()
  readonly #groups = new Map<string, [number, number][]>()
  readonly #reasons = new Map<string, number>()
  #largest: Rescored[] = []

  add(one: Rescored): void {
    this.#rollouts += 1
    if (one.after === null) this.#countReason(one.why)
    if (one.totalBefore !== null && one.totalAfter !== null) this.#addTotals(one.group, one.totalBefore, one.totalAfter)
    if (one.before === null || one.after === null) return
    this.#part.add(one.before, one.after)
    if (one.after > one.before) this.#higher += 1
    if (one.after < one.before) this.#lower += 1
    if (isRight(one.after) && !isRight(one.before)) this.#becameRight += 1
    if (isRight(one.before) && !isRight(one.after)) this.#becameWrong += 1
    if (one.after !== one.before) this.#keepLargest(one)
  }

  changes(): RescoreChanges {
    const groups = [...this.#groups.values()]
    return {
      rollouts: this.#rollouts, notScorable: this.#notScorable, changed: this.#higher + this.#lower, higher: this.#higher, lower: this.#lower,
      becameRight: this.#becameRight, becameWrong: this.#becameWrong,
      ...named(this.#part.means(), 'meanBefore', 'meanAfter'), ...named(this.#total.means(), 'meanTotalBefore', 'meanTotalAfter'),
      turned: groups.reduce((sum, totals) => sum + turnedIn(totals), 0), groups: groups.length,
      flatBefore: groups.filter((totals) => isFlat(totals, 0)).length, flatAfter: groups.filter((totals) => isFlat(totals, 1)).length,
      largest: this.#sortedLargest(),
      reasons: [...this.#reasons].map(([why, count]) => ({ why, count })).sort((a, b) => b.count - a.count).slice(0, MOST_REASONS)
    }
  }

  #countReason(why: string): void {
    this.#notScorable += 1
    if (this.#reasons.has(why) || this.#reasons.size < REASONS_KEPT) this.#reasons.set(why, (this.#reasons.get(why) ?? 0) + 1)
  }

  #addTotals(group: string, before: number, after: number): void {
    this.#total.add(before, after)
    const totals = this.#groups.get(group)
    if (totals) totals.push([before, after])
    else this.#groups.set(group, [[before, after]])
  }

  #keepLargest(one: Rescored): void {
    this.#largest.push(one)
    if (this.#largest.length > 20 * LISTED) this.#largest = [...this.#sortedLargest()]
  }

  #sortedLargest(): readonly Rescored[] {
    return [...this.#largest].sort((a, b) => changeOf(b) - changeOf(a) || (a.id < b.id ? -1 : 1)).slice(0, LISTED)
  }
}

class PairedMeans {
  #count = 0
  #before = 0
  #after = 0

  add(before: number, after: number): void {
    this.#count += 1
    this.#before += before
    this.#after += after
  }

  means(): readonly [number | null, number | null] {
    return this.#count === 0 ? [null, null] : [this.#before / this.#count, this.#after / this.#count]
  }
}

const named = <A extends string, B extends string>([before, after]: readonly [number | null, number | null], a: A, b: B): Record<A | B, number | null> =>
  ({ [a]: before, [b]: after }) as Record<A | B, number | null>

const isRight = (score: number): boolean => score >= 1

const changeOf = ({ before, after }: Rescored): number => Math.abs((after ?? 0) - (before ?? 0))

const isFlat = (totals: readonly (readonly [number, number])[], which: 0 | 1): boolean => totals.every((pair) => pair[which] === totals[0]![which])

function turnedIn(totals: readonly (readonly [number, number])[]): number {
  const mean = (which: 0 | 1): number => totals.reduce((sum, pair) => sum + pair[which], 0) / totals.length
  const [before, after] = [mean(0), mean(1)]
  return totals.filter((pair) => Math.sign(pair[0] - before) * Math.sign(pair[1] - after) < 0).length
}
