import { LabError } from '../errors.ts'
import type { RecordedError, Reward, RewardPart } from '../protocol/rollout.ts'
import { withDeadline } from './deadline.ts'
import type { PartScore, RewardFunction, RewardInput } from './reward.ts'

/** A reward function with its weight in the total. */
export interface WeightedReward {
  readonly reward: RewardFunction
  readonly weight: number
}

export interface ScoredReward {
  readonly reward: Reward
  readonly errors: readonly RecordedError[]
}

/**
 * Runs all parts side by side, each under its own deadline (a module keeps it itself, since its calls wait for each other).
 * A part that throws, is late or answers with anything but a finite number or null has score null with the reason, and is
 * recorded as an error; the total is null where a part with nonzero weight is. Never rejects.
 */
export async function scoreRollout(
  parts: readonly WeightedReward[],
  input: RewardInput,
  options: { readonly deadlineSeconds: number; readonly signal?: AbortSignal }
): Promise<ScoredReward> {
  const scored = await Promise.all(parts.map((part) => scorePart(part, input, options)))
  const total = totalOf(scored.map(({ part }) => part))
  return {
    reward: { total: total.value, parts: scored.map(({ part }) => part) },
    errors: [...scored.flatMap(({ error }) => (error ? [error] : [])), ...total.errors]
  }
}

interface ScoredPart {
  readonly part: RewardPart
  readonly error?: RecordedError
}

async function scorePart(
  { reward, weight }: WeightedReward,
  input: RewardInput,
  options: { readonly deadlineSeconds: number; readonly signal?: AbortSignal }
): Promise<ScoredPart> {
  const part = { name: reward.name, weight }
  try {
    const seconds = reward.ownDeadline ? undefined : options.deadlineSeconds
    const answer = await withDeadline((signal) => reward.score(input, signal), seconds, options.signal)
    const { score, why } = checkedScore(answer)
    return { part: { ...part, score, why } }
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    const boundary = LabError.is(error) && error.boundary === 'sandbox' ? 'sandbox' : 'reward'
    return { part: { ...part, score: null, why: message }, error: { boundary, message: `${reward.name}: ${message}` } }
  }
}

/** What a reward function gave, which may come from a user's module: its type proves nothing. */
function checkedScore(answer: PartScore): PartScore {
  const { score, why } = (answer ?? {}) as { score?: unknown; why?: unknown }
  if (score !== null && (typeof score !== 'number' || !Number.isFinite(score))) {
    throw new LabError('reward', 'reward/not-a-score', `gave ${String(score)} as score, which is neither a finite number nor null`, {
      remedy: 'Return { score, why } with a finite number, or null where the completion cannot be scored.'
    })
  }
  return { score: score as number | null, why: typeof why === 'string' ? why : '' }
}

function totalOf(parts: readonly RewardPart[]): { value: number | null; errors: readonly RecordedError[] } {
  let total = 0
  for (const { score, weight } of parts) {
    if (weight === 0) continue
    if (score === null) return { value: null, errors: [] }
    total += weight * score
  }
  if (Number.isFinite(total)) return { value: total, errors: [] }
  return { value: null, errors: [{ boundary: 'reward', message: 'the weighted sum of the parts is beyond the range of numbers' }] }
}
