import { dirname } from 'node:path'
import { z } from 'zod'
import { stepsOf } from '../../trainer/labels/anchors/makeAnchor.ts'
import { judgedSegment } from '../../trainer/labels/scripted/judgedSegment.ts'
import { Count } from '../../trainer/protocol/numbers.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { LabCommand } from '../contracts/trainers.ts'
import { labWords } from '../trainers/labError.ts'
import { SuggestionFailure } from './failures.ts'
import type { Outcome, Review } from './review.ts'
import type { Suggester } from './suggester.ts'

export interface CriticModel {
  /** What people know it by. */
  readonly title: string
  /** A model folder or checkpoint. */
  readonly folder: string
  readonly engine: string
  readonly threads: number
  readonly replyTokens: number
}

/** Lines of `lab labels critique --json`. */
const CritiqueLine = z.union([
  z.object({ rollout: z.string(), text: z.string(), whole: z.boolean(), says: z.object({ right: z.boolean().nullable(), firstError: Count.nullable() }).optional() }),
  z.object({ rollout: z.string(), problem: z.enum(['gone', 'promptTooLong', 'unknownWord']) })
])
type CritiqueLine = z.infer<typeof CritiqueLine>

/** A model that writes critiques, on this machine's engine. All rollouts are of the run. */
export function critic(lab: LabCommand, run: string, model: CriticModel): Suggester {
  return {
    title: model.title, source: { kind: 'model', provider: 'critic', model: model.title },
    review: async (rollouts, tell, signal) => {
      const waiting = new Map(rollouts.map((rollout) => [rollout.id, rollout]))
      const onLine = (line: unknown): void => {
        const parsed = CritiqueLine.safeParse(line)
        const rollout = parsed.success ? waiting.get(parsed.data.rollout) : undefined
        if (!parsed.success || !rollout) return
        waiting.delete(rollout.id)
        tell(outcomeOf(rollout, parsed.data))
      }
      const { code, errors } = await lab.run(critiqueArguments(run, model, rollouts), { cwd: dirname(run), onLine, signal })
      if (signal.aborted) return
      if (code !== 0 && waiting.size === rollouts.length) throw new Error(labWords({ errors }, `The critic ended with code ${code}.`))
      for (const rollout of waiting.values()) tell({ rollout, failure: new SuggestionFailure('failed', errors.trim() || `The critic ended with code ${code}.`) })
    }
  }
}

/** Ids come from records: each is bound to its option, so that none is read as another one. */
export const critiqueArguments = (run: string, { folder, engine, threads, replyTokens }: CriticModel, rollouts: readonly Pick<Rollout, 'id'>[]): string[] => [
  'labels', 'critique', run, '--json', `--model=${folder}`, '--engine', engine, '--threads', String(threads), '--max-tokens', String(replyTokens), ...rollouts.map(({ id }) => `--rollout=${id}`)
]

function outcomeOf(rollout: Rollout, line: CritiqueLine): Outcome {
  if ('problem' in line) return { rollout, failure: problemOf(rollout, line.problem) }
  const review = reviewOf(line, stepsOf(rollout.segments[judgedSegment(rollout)]!.spans).length)
  return review instanceof SuggestionFailure ? { rollout, failure: review } : { rollout, review }
}

function problemOf({ id }: Rollout, problem: Extract<CritiqueLine, { problem: unknown }>['problem']): SuggestionFailure {
  switch (problem) {
    case 'gone': return new SuggestionFailure('gone', `${id} is not in the run any more.`)
    case 'promptTooLong': return new SuggestionFailure('promptTooLong', `${id} is too long for the critic.`)
    case 'unknownWord': return new SuggestionFailure('unknownWord', `The critic’s vocabulary lacks a word of what it is asked about ${id}. Choose a model that was trained to write critiques.`)
  }
}

/** In an environment's words a critique says step for step what it holds of them; free text is a critique and nothing else. */
function reviewOf({ text, whole, says }: Extract<CritiqueLine, { text: string }>, steps: number): Review | SuggestionFailure {
  const critique = text.trim()
  if (!whole) return new SuggestionFailure('tooLong', `The critique does not end: ${critique.slice(0, 200)}`)
  if (critique === '') return new SuggestionFailure('notAReview', 'The critique is empty.')
  if (!says) return { ratings: [], critique }
  const { right, firstError } = says
  if (right === null || (firstError !== null && firstError >= steps)) return new SuggestionFailure('notAReview', `This is no critique of these steps: ${critique.slice(0, 200)}`)
  const ratings = Array.from({ length: firstError === null ? 0 : firstError + 1 }, (_, step) => ({ step, rating: step === firstError ? (-1 as const) : (1 as const) }))
  return { ratings, firstError, right, critique }
}
