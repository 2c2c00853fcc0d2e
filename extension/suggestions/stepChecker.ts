import { anchorOf } from '../../trainer/labels/anchors/makeAnchor.ts'
import { judgedSegment } from '../../trainer/labels/scripted/judgedSegment.ts'
import { plainCritique } from '../../trainer/labels/scripted/plainCritique.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { SuggestionFailure } from './failures.ts'
import type { Outcome, Review } from './review.ts'
import type { Suggester } from './suggester.ts'

/** The step checker of an environment, as it was recorded with each rollout. */
export function stepChecker(environment: string): Suggester {
  return {
    title: `Step checker of ${environment}`, source: { kind: 'checker', name: environment },
    review: (rollouts, tell, signal) => {
      for (const rollout of rollouts) {
        if (signal.aborted) break
        tell(outcomeOf(rollout))
      }
      return Promise.resolve()
    }
  }
}

function outcomeOf(rollout: Rollout): Outcome {
  try {
    const review = checkedReview(rollout)
    return review ? { rollout, review } : { rollout, failure: new SuggestionFailure('nothingToCheck', `The environment ${rollout.environment} checked neither a step nor the answer of ${rollout.id}.`) }
  } catch (error) {
    // Spans that are none of the text, as a run from elsewhere may have.
    return { rollout, failure: new SuggestionFailure('failed', error instanceof Error ? error.message : String(error), { cause: error }) }
  }
}

/** What is recorded of the truth; undefined where nothing is. Past a step that could not be checked nobody knows the first error. */
export function checkedReview(rollout: Rollout): Review | undefined {
  const { steps, correct } = rollout
  const wrongAt = steps.findIndex(({ ok }) => ok === false)
  const read = wrongAt < 0 ? steps : steps.slice(0, wrongAt + 1)
  const known = read.filter(({ ok }) => ok !== null)
  if (known.length === 0 && correct === null) return undefined
  const segment = judgedSegment(rollout)
  const places = read.map(({ from, to }) => anchorOf(rollout, segment, from, to).step)
  const ratings = read.flatMap(({ ok }, i) => (ok === null || places[i] === undefined ? [] : [{ step: places[i], rating: ok ? (1 as const) : (-1 as const) }]))
  const whole = read.length > 0 && known.length === read.length && places.every((step) => step !== undefined)
  const right = correct ?? (wrongAt < 0 ? null : false)
  return {
    ratings, ...(whole ? { firstError: wrongAt < 0 ? null : (places[wrongAt] ?? null) } : {}), ...(right === null ? {} : { right }),
    critique: right === null || !(whole || read.length === 0) ? '' : plainCritique(steps, { steps: read, right })
  }
}
