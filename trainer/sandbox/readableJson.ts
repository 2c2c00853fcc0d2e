/** What a hostile text says; undefined where it is no JSON, which every schema refuses. */
export function readableJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
