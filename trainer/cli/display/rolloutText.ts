import type { RewardPart, StepVerdict } from '../../protocol/rollout.ts'
import { share } from '../terminal/numbers.ts'
import { plainLine, plainText } from '../terminal/plainText.ts'
import type { Styles } from '../terminal/styles.ts'
import { displayWidth, padEnd, truncate } from '../terminal/width.ts'

/** A completion with what is known of it. */
export interface ReadableRollout {
  readonly problem: string
  readonly text: string
  readonly correct: boolean | null
  readonly steps: readonly StepVerdict[]
  readonly parts: readonly RewardPart[]
}

interface Line {
  readonly text: string
  readonly mark: '✓' | '✗' | ' '
  readonly why: string
}

/** A rollout for reading: one step a line with what the checker says of it, then the answer and the reward with its reasons. */
export function rolloutText(rollout: ReadableRollout, title: string, styles: Styles, columns = 80): string {
  const lines = linesOf(rollout)
  const width = Math.min(Math.max(12, ...lines.map(({ text }) => displayWidth(text))), Math.max(12, columns - 40))
  const body = lines.map(({ text, mark, why }) => {
    const marked = mark === '✓' ? styles.good(mark) : mark === '✗' ? styles.bad(mark) : mark
    return `    ${padEnd(truncate(text, width), width)}  ${marked} ${styles.faint(truncate(why, Math.max(10, columns - width - 9)))}`.trimEnd()
  })
  return [`${styles.strong(title)}  ${plainLine(rollout.problem)}`, ...body, ...rewardLines(rollout, columns)].join('\n')
}

function linesOf({ text, steps, correct }: ReadableRollout): Line[] {
  if (steps.length === 0) return plainText(text).split('\n').map((line) => ({ text: line, mark: ' ', why: '' }))
  const lines = steps.map(({ from, to, ok, why }): Line => ({
    text: plainLine(text.slice(from, to)), mark: markOf(ok), why: ok === true ? '' : plainLine(why)
  }))
  const rest = plainLine(text.slice(endOfSteps(steps))).replace(/^[;,]\s*/, '')
  return rest === '' ? lines : [...lines, { text: rest, mark: markOf(correct), why: '' }]
}

const endOfSteps = (steps: readonly StepVerdict[]): number => Math.max(...steps.map(({ to }) => to))
const markOf = (ok: boolean | null): Line['mark'] => (ok === null ? ' ' : ok ? '✓' : '✗')

function rewardLines({ correct, parts }: ReadableRollout, columns: number): string[] {
  const reasons = parts.map(({ name, score, why }) => `${plainLine(name)} ${score === null ? 'not scorable' : share(score)}: ${plainLine(why)}`)
  const verdict = correct === null ? 'not graded' : correct ? 'right' : 'wrong'
  return [`    ${truncate([verdict, ...reasons].join('  ·  '), columns - 4)}`]
}
