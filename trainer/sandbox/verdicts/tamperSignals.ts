import type { TamperSignal, TestRun } from '../../protocol/execution.ts'
import type { Sighting } from '../sandbox.ts'
import { cutLine } from './cutText.ts'

const MOST_SIGNALS = 16
const WHY_CHARACTERS = 300

/** Marks of cheating: what a worker saw the candidate do, calls that were refused, and answers learned by heart. */
export function tamperSignals(sightings: readonly Sighting[], tests: readonly TestRun[]): TamperSignal[] {
  const seen = sightings.map(({ kind, why }): TamperSignal => ({ kind, why: cutLine(why, WHY_CHARACTERS) }))
  const refused = seen.some(({ kind }) => kind === 'forbiddenAccess') ? [] : refusals(tests)
  const all = [...specialCasing(tests), ...refused, ...seen]
  return all.filter(({ kind, why }, i) => all.findIndex((other) => other.kind === kind && other.why === why) === i).slice(0, MOST_SIGNALS)
}

const refusals = (tests: readonly TestRun[]): TamperSignal[] =>
  tests.flatMap(({ name, verdict, why }) => (verdict === 'forbidden' ? [{ kind: 'forbiddenAccess' as const, why: `${cutLine(name, 80)}: ${why}` }] : [])).slice(0, 1)

/**
 * Every test that was shown passes, and most of the inputs drawn anew for this execution come out wrong: the program knows the
 * answers, not the task. One wrong edge case is no mark.
 */
function specialCasing(tests: readonly TestRun[]): TamperSignal[] {
  const shown = tests.filter(({ visible, fresh }) => visible && !fresh)
  const fresh = tests.filter(({ fresh, verdict }) => fresh && verdict !== null)
  const wrong = fresh.filter(({ verdict }) => verdict === 'wrongValue')
  if (shown.length === 0 || shown.some(({ verdict }) => verdict !== 'pass') || wrong.length * 2 <= fresh.length) return []
  const answers = new Set(tests.map(({ got }) => got))
  const constant = tests.length > 2 && answers.size === 1 ? ', and the answer is always the same' : ''
  return [{ kind: 'specialCased', why: `All ${shown.length} visible test(s) pass, but ${wrong.length} of ${fresh.length} fresh inputs come out wrong${constant}.` }]
}
