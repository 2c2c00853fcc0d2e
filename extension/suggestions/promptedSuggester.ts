import { stepsOf } from '../../trainer/labels/anchors/makeAnchor.ts'
import { judgedSegment } from '../../trainer/labels/scripted/judgedSegment.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { Budget, estimateTokens } from './budget.ts'
import type { Caps, Prices, Usage } from './budget.ts'
import { SuggestionFailure } from './failures.ts'
import { parseReply } from './parseReply.ts'
import type { Review } from './review.ts'
import { reviewPrompt } from './reviewPrompt.ts'
import type { Suggester } from './suggester.ts'

export interface Answer {
  readonly text: string
  /** As counted by who answered; absent where that is not told. */
  readonly usage?: Usage
}

export interface Asking {
  /** Ends at the time limit or when the batch is given up. */
  readonly signal: AbortSignal
  /** Called before the prompt is sent again; throws at the cap. */
  readonly again: () => void
}

/** Sends one prompt. Rejects with a SuggestionFailure, or with anything where the signal ended. */
export type Ask = (prompt: string, asking: Asking) => Promise<Answer>

export interface AskingLimits {
  readonly caps: Caps
  readonly prices: Prices
  /** Tokens of an answer at most. */
  readonly replyTokens: number
  readonly seconds: number
  /** Requests under way at a time. */
  readonly atOnce: number
  /** Tokens of a prompt at most. */
  readonly promptTokens: number
}

/** A model that is sent a prompt for each rollout. One that answers badly, late or not at all holds up no other. */
export function promptedSuggester(title: string, source: Suggester['source'], sends: { readonly to: string; readonly terms: readonly string[] }, limits: AskingLimits, ask: Ask): Suggester {
  return {
    title, source, sends: { ...sends, promptOf: reviewPrompt },
    review: async (rollouts, tell, signal) => {
      const budget = new Budget(limits.caps, limits.prices)
      const waiting = [...rollouts]
      let fatal: SuggestionFailure | undefined
      const work = async (): Promise<void> => {
        for (let rollout = waiting.shift(); rollout && !signal.aborted; rollout = waiting.shift()) {
          const result = fatal ? new SuggestionFailure('notAsked', fatal.message) : await reviewOne(rollout, { budget, limits, ask, signal })
          if (signal.aborted) return
          if (result instanceof SuggestionFailure && result.forAll) fatal = result
          tell(result instanceof SuggestionFailure ? { rollout, failure: result } : { rollout, review: result })
        }
      }
      await Promise.all(Array.from({ length: Math.max(1, limits.atOnce) }, work))
    }
  }
}

interface Batch {
  readonly budget: Budget
  readonly limits: AskingLimits
  readonly ask: Ask
  readonly signal: AbortSignal
}

async function reviewOne(rollout: Rollout, { budget, limits, ask, signal }: Batch): Promise<Review | SuggestionFailure> {
  const timeUp = new AbortController()
  const timer = setTimeout(() => timeUp.abort(), limits.seconds * 1000)
  try {
    const prompt = reviewPrompt(rollout)
    const most = { input: estimateTokens(prompt), output: limits.replyTokens }
    if (most.input > limits.promptTokens) throw new SuggestionFailure('promptTooLong', `The prompt has about ${most.input} tokens; the model takes ${limits.promptTokens}.`)
    budget.reserve(most)
    const { text, usage } = await before(ask(prompt, { signal: AbortSignal.any([signal, timeUp.signal]), again: () => budget.again() }), timeUp.signal, signal)
    if (usage) budget.settle(most, usage)
    return parseReply(text, stepsOf(rollout.segments[judgedSegment(rollout)]!.spans).length)
  } catch (error) {
    if (timeUp.signal.aborted) return new SuggestionFailure('noAnswer', `No answer within ${limits.seconds} s.`)
    return error instanceof SuggestionFailure ? error : new SuggestionFailure('failed', error instanceof Error ? error.message : String(error), { cause: error })
  } finally {
    clearTimeout(timer)
  }
}

/** Rejects when a signal ends, even where who was asked pays no heed to it. */
function before<T>(answer: Promise<T>, ...signals: readonly AbortSignal[]): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = (): void => reject(new Error('given up'))
    if (signals.some(({ aborted }) => aborted)) giveUp()
    for (const signal of signals) signal.addEventListener('abort', giveUp, { once: true })
    answer.then(resolve, reject)
  })
}
