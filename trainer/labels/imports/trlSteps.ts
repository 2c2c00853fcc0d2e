import { StepRow } from '../../protocol/labelRows.ts'
import { faultOf } from './badLine.ts'
import type { LineFault } from './badLine.ts'
import { joinLines } from './importedTrace.ts'
import type { ImportedOpinion, ImportedTrace, StepPlace } from './importedTrace.ts'

/**
 * A row of TRL's stepwise supervision: `prompt, completions[], labels[]`. A right step is taken over as okay (0), a wrong one
 * as bad (−1). `separator` is what stands between the steps; without it they are joined as they are where each brings its own
 * white space, else by a newline.
 */
export function readTrlSteps(line: number, value: unknown, separator: string | undefined): readonly ImportedTrace[] | LineFault {
  const row = StepRow.safeParse(value)
  if (!row.success) return faultOf(line, value, row.error)
  const { prompt, completions, labels } = row.data
  const empty = completions.findIndex((piece) => piece.trim() === '')
  if (empty >= 0) return { line, field: `completions[${empty}]`, what: 'has no text' }
  const opinions = labels.map((right, step): ImportedOpinion => ({ step, opinion: { kind: 'stepRating', rating: right ? 0 : -1 } }))
  return [{ line, prompt, answer: null, ...joined(completions, separator), opinions, qualityControl: false, seconds: 0 }]
}

function joined(pieces: readonly string[], separator: string | undefined): { readonly text: string; readonly steps: readonly StepPlace[] } {
  const between = separator ?? (bringWhiteSpace(pieces) ? '' : '\n')
  if (between === '\n') return joinLines(pieces)
  const steps: StepPlace[] = []
  let text = ''
  for (const [step, piece] of pieces.entries()) {
    const start = (step === 0 ? '' : between).length + text.length
    text += step === 0 ? piece : between + piece
    steps.push({ from: start + piece.length - piece.trimStart().length, to: start + piece.trimEnd().length })
  }
  return { text, steps }
}

function bringWhiteSpace(pieces: readonly string[]): boolean {
  return pieces.length > 1 && pieces.slice(1).every((piece, i) => /^\s/.test(piece) || /\s$/.test(pieces[i]!))
}
