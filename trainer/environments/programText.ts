import { findThinking } from '../renderers/think.ts'
import { ANSWER } from '../renderers/trace.ts'

const LONGEST_COMPLETION = 262_144
const LONGEST_PROGRAM = 16_384

/** Where a program stands in a completion, in UTF-16 units; or why there is none. */
export type FoundProgram = { readonly text: string; readonly from: number; readonly to: number } | { readonly none: string }

const FENCED = /```[^\n`]*\n([\s\S]*?)```/g

/**
 * The program of a completion: the last fenced block after the reasoning, else what follows the last word `answer`. It is only cut out,
 * never looked into.
 */
export function findProgram(completion: string): FoundProgram {
  if (completion.length > LONGEST_COMPLETION) return { none: `The completion has ${completion.length} characters, more than the ${LONGEST_COMPLETION} that are read.` }
  const start = findThinking(completion)?.after ?? 0
  const found = lastFenced(completion, start) ?? afterMarker(completion, start)
  if (found === null) return { none: 'No program: there is no fenced block, and the word “answer” is missing.' }
  const text = completion.slice(found.from, found.to).trim()
  if (text.length === 0) return { none: 'No program: nothing follows the word “answer”.' }
  if (text.length > LONGEST_PROGRAM) return { none: `The program has ${text.length} characters, more than the ${LONGEST_PROGRAM} that are run.` }
  const from = completion.indexOf(text, found.from)
  return { text, from, to: from + text.length }
}

interface Range {
  readonly from: number
  readonly to: number
}

function lastFenced(completion: string, start: number): Range | null {
  const match = [...completion.slice(start).matchAll(FENCED)].at(-1)
  if (match === undefined) return null
  const from = start + match.index + match[0].indexOf('\n') + 1
  return { from, to: from + match[1]!.length }
}

const MARKER = new RegExp(`(?<![^ \\t\\r\\n])${ANSWER}(?![^ \\t\\r\\n])`, 'g')

function afterMarker(completion: string, start: number): Range | null {
  const match = [...completion.slice(start).matchAll(MARKER)].at(-1)
  return match === undefined ? null : { from: start + match.index + ANSWER.length, to: completion.length }
}
