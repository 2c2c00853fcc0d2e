import type { StepVerdict } from '../../protocol/rollout.ts'
import type { Random } from '../../random/random.ts'

/**
 * A labeler made for experiments. It knows the recorded truth and departs from it as these numbers say:
 * - `errorRate` in [0, 1]: probability that a judgement (a step, or the verdict where no step can be judged) comes out wrong;
 * - `laziness` in [0, 1]: probability that a step is passed over unread, which counts as finding it right;
 * - `bias` in [−1, 1]: errors lean towards leniency (above 0) or harshness: a wrong step is called right with probability
 *   errorRate · (1 + bias), a right one wrong with errorRate · (1 − bias), both within [0, 1].
 */
export interface ScriptedLabeler {
  readonly name: string
  readonly errorRate: number
  readonly laziness: number
  readonly bias: number
  readonly seed: number
  /** Reads and judges the steps behind the first error too, as PRM800K's first phase did; its second phase stops there. */
  readonly readsOn?: boolean
}

/** What the labeler says of one step. `ok` null = not checkable: it is unsure. */
export interface JudgedStep {
  readonly truth: StepVerdict
  readonly ok: boolean | null
  readonly read: boolean
}

export interface Judgement {
  /** Up to the first step that is called wrong, as PRM800K's second phase labels; all of them for one who reads on. */
  readonly steps: readonly JudgedStep[]
  /** Index among `steps`; null = none is called wrong. */
  readonly firstError: number | null
  /** Null where the truth is not known. */
  readonly right: boolean | null
}

/** Reads a trace from the first step to the first that it calls wrong, or to its end. Draws two numbers a step, whatever they are used for. */
export function judgeTrace(truth: { readonly steps: readonly StepVerdict[]; readonly correct: boolean | null }, labeler: ScriptedLabeler, random: Random): Judgement {
  const judged = truth.steps.map((step) => judgeStep(step, labeler, random))
  const wrongAt = judged.findIndex(({ ok }) => ok === false)
  const steps = wrongAt < 0 || labeler.readsOn ? judged : judged.slice(0, wrongAt + 1)
  const firstError = wrongAt < 0 ? null : wrongAt
  return { steps, firstError, right: verdictOf(truth, firstError, labeler, random) }
}

function judgeStep(truth: StepVerdict, labeler: ScriptedLabeler, random: Random): JudgedStep {
  const read = random.next() >= labeler.laziness
  const drawn = random.next()
  if (truth.ok === null) return { truth, ok: null, read }
  return { truth, ok: read ? judged(truth.ok, labeler, drawn) : true, read }
}

/** One who saw the steps as they are knows the verdict; one who found no error takes the answer for right, and the other way round. */
function verdictOf({ steps, correct }: { readonly steps: readonly StepVerdict[]; readonly correct: boolean | null }, firstError: number | null, labeler: ScriptedLabeler, random: Random): boolean | null {
  if (correct === null) return null
  if (steps.every(({ ok }) => ok === null)) return judged(correct, labeler, random.next())
  const at = steps.findIndex(({ ok }) => ok === false)
  return (at < 0 ? null : at) === firstError ? correct : firstError === null
}

/** The truth, or its opposite where `drawn` (uniform in [0, 1)) falls below the probability of an error. */
function judged(truth: boolean, { errorRate, bias }: ScriptedLabeler, drawn: number): boolean {
  const error = Math.min(1, Math.max(0, errorRate * (truth ? 1 - bias : 1 + bias)))
  return drawn < error ? !truth : truth
}
