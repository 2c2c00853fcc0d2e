import type { UserRewardFunction } from 'rollout-lab'

/**
 * Right answers are worth the more the shorter they are. The function is the reward part, by its name; the file imports types alone,
 * so that it runs in a sandbox and needs no approval. Change it while a run goes on: from the next step on it scores as it then is.
 */
export const brevity: UserRewardFunction = (problem, completion, run, options) => {
  if (!run.verdict.correct) return { score: 0, why: `wrong, which brevity does not mend: ${run.verdict.why}` }
  const free = Number(options['freeTokens'] ?? 8)
  const spent = Math.max(0, run.tokens - free) / Math.max(1, run.maxTokens - free)
  return { score: 1 - spent, why: `${run.tokens} of ${run.maxTokens} tokens, the first ${free} free` }
}
