/** No record of ours is nested as deep; checking and writing JSON of some thousand levels overflows the stack. */
const MOST_LEVELS = 200

export const TOO_DEEP = `nested more than ${MOST_LEVELS} levels deep`

/** Whether a value read from JSON is nested so deep that nothing of ours wrote it. */
export function isTooDeep(value: unknown): boolean {
  let level = containers([value])
  for (let depth = 0; level.length > 0; depth++) {
    if (depth === MOST_LEVELS) return true
    level = level.flatMap((container) => containers(Array.isArray(container) ? container : Object.values(container)))
  }
  return false
}

const containers = (values: readonly unknown[]): object[] => values.filter((value): value is object => typeof value === 'object' && value !== null)
