/** The inside of `<think>…</think>` and where the rest of a completion starts. */
export interface Thinking {
  readonly from: number
  readonly to: number
  /** Where the text after the closing tag starts; the end of the text where the tag is missing. */
  readonly after: number
  readonly closed: boolean
}

export const OPEN = '<think>'
export const CLOSE = '</think>'

/** Whether a prompt ends within reasoning that it opened itself, as chat templates of reasoning models do. */
export const opensThinking = (prompt: string): boolean => prompt.trimEnd().endsWith(OPEN)

/**
 * Finds the reasoning part. Chat templates often put the opening tag into the prompt, so a closing tag alone counts. With
 * several closing tags the last one ends the reasoning. null = no tags at all.
 */
export function findThinking(completion: string): Thinking | null {
  const open = completion.indexOf(OPEN)
  const close = completion.lastIndexOf(CLOSE)
  if (open < 0 && close < 0) return null
  const from = open >= 0 && (close < 0 || open < close) ? open + OPEN.length : 0
  if (close < from) return { from, to: completion.length, after: completion.length, closed: false }
  return { from, to: close, after: close + CLOSE.length, closed: true }
}
