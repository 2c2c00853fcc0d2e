import { STANDINGS, passAt1Text } from '../runs/runWords.ts'
import type { ShownRun } from '../runs/shownRun.ts'

/** `Last result: 42 → 61 % (finished)`; icons of unknown text cannot come in: only figures and our own words do. */
export function lastResultTitle(run: ShownRun): string {
  const { word } = STANDINGS[run.standing]
  const passed = passAt1Text(run)
  const progress = run.standing === 'finished' || run.steps === 0 ? '' : ` at ${run.step}/${run.steps}`
  return passed === '' ? `Last result: ${word}${progress}` : `Last result: pass@1 ${passed} (${word}${progress})`
}
