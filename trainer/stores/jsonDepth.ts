/** No record of ours is nested as deep; checking and writing JSON of some thousand levels overflows the stack. */
const MOST_LEVELS = 200

export const TOO_DEEP = `nested more than ${MOST_LEVELS} levels deep`

/** Whether a value read from JSON is nested so deep that nothing of ours wrote it. */
export function isTooDeep(value: unknown): boolean {
  let level = isContainer(value) ? [value] : []
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MOST_LEVELS) return true
    const next: object[] = []
    for (const container of level) addContainers(container, next)
    level = next
  }
  return false
}

/** Without a copy: most of a rollout are lists of numbers, and every line of it comes through here. */
function addContainers(container: object, found: object[]): void {
  const values: readonly unknown[] = Array.isArray(container) ? container : Object.values(container)
  for (const value of values) if (isContainer(value)) found.push(value)
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
