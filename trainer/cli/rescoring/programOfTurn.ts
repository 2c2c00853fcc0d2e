import type { Span } from '../../protocol/rollout.ts'

/** What the policy wrote in a turn, from 1: the text between two outputs of the tool, each of which stands on lines of its own. Undefined where there is no such turn. */
export function programOfTurn(completion: string, spans: readonly Span[], turn: number): string | undefined {
  const told = spans.filter(({ kind }) => kind === 'tool').sort((a, b) => a.from - b.from)
  if (turn < 1 || turn > told.length + 1) return undefined
  const [before, after] = [told[turn - 2], told[turn - 1]]
  const text = completion.slice(before?.to ?? 0, after?.from ?? completion.length)
  return text.slice(before && text.startsWith('\n') ? 1 : 0, after && text.endsWith('\n') ? -1 : undefined)
}
