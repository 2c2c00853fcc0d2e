/** What waits for labels, in its order. */
export interface QueueItem {
  readonly rollout: string
  readonly qualityControl: boolean
}

/**
 * The item after this one (or before it); where it is not of the queue, the first. Undefined where there is none, items that were
 * completed meanwhile left out.
 */
export function itemAfter(items: readonly QueueItem[], current: string | undefined, direction: 1 | -1, completed: ReadonlySet<string>): QueueItem | undefined {
  const at = items.findIndex(({ rollout }) => rollout === current)
  const following = at < 0 ? items : direction === 1 ? items.slice(at + 1) : items.slice(0, at).reverse()
  // Going back is looking again.
  return following.find(({ rollout }) => rollout !== current && (direction === -1 || !completed.has(rollout)))
}
