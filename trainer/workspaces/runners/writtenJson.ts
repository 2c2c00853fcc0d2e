/** What a runner wrote as JSON; undefined where a kill cut it, or a test wrote something of its own. */
export function writtenJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // No result: schemas refuse undefined.
    return undefined
  }
}
