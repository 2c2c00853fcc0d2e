/** The answer as it will arrive. JSON would turn NaN and infinities into null, which means something else. Throws naming the place. */
export function finite(answer: unknown): unknown {
  return JSON.parse(JSON.stringify(answer, (key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`${key || 'the answer'} is ${value}: numbers must be finite`)
    return value
  })) as unknown
}
