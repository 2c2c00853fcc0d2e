import { quote } from './quote.ts'
import type { Comparison } from './compareValues.ts'

/**
 * Whether what a program printed is the expected text: all of its lines, in order and number. White space at the ends of lines and
 * empty lines at the end do not count, as judges of programming contests have it; everything else does.
 */
export function compareOutput(got: string, expected: string): Comparison {
  const [lines, wanted] = [linesOf(got), linesOf(expected)]
  const first = wanted.findIndex((line, i) => lines[i] !== line)
  if (first >= 0) return { equal: false, why: `line ${first + 1}: ${lines[first] === undefined ? 'nothing' : quote(lines[first])} instead of ${quote(wanted[first]!)}` }
  if (lines.length > wanted.length) return { equal: false, why: `${lines.length} lines instead of ${wanted.length}: ${quote(lines[wanted.length]!)} is too much` }
  return { equal: true, why: wanted.length === 0 ? 'nothing was to be printed' : `all ${wanted.length} line(s) are as expected` }
}

/** Without a search that backtracks: outputs are long and hostile. */
function linesOf(text: string): string[] {
  const lines = text.replaceAll('\r\n', '\n').split('\n').map((line) => line.trimEnd())
  while (lines.at(-1) === '') lines.pop()
  return lines
}
