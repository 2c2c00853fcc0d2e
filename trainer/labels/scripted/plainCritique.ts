import type { StepVerdict } from '../../protocol/rollout.ts'

/** A critique in plain English, for environments without words of their own. `why` is told where the checker found the same. */
export function plainCritique(truth: readonly StepVerdict[], { steps, right }: { readonly steps: readonly StepVerdict[]; readonly right: boolean }): string {
  const at = steps.findIndex(({ ok }) => ok === false)
  if (at >= 0) {
    const why = truth[at]?.ok === false && truth[at].why !== '' ? `: ${truth[at].why.replace(/\.$/, '')}` : ''
    return `Step ${at + 1} is wrong${why}.`
  }
  const found = steps.length === 0 ? '' : steps.length === 1 ? 'The step is right. ' : `All ${steps.length} steps are right. `
  return `${found}The answer is ${right ? 'right' : 'wrong'}.`
}
