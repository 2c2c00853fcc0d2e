import { CLOSE, OPEN, opensThinking } from '../renderers/think.ts'
import type { Environment } from './environment.ts'

/**
 * A problem whose environment judges what follows this prompt. Where the chat template has opened the reasoning, a completion that never
 * closes it is reasoning throughout: nothing in it is an answer.
 */
export const afterPrompt = <T extends { readonly environment: Environment }>(drawn: T, { text }: { readonly text: string }): T =>
  opensThinking(text) ? { ...drawn, environment: withinThinking(drawn.environment) } : drawn

/** The environment reads such completions with the tag before them; places are those in the completion. */
function withinThinking(environment: Environment): Environment {
  const { code } = environment
  const read = (completion: string): string => (isOpen(completion) ? OPEN + completion : completion)
  const moved = <T extends { readonly from: number; readonly to: number }>(parts: readonly T[], completion: string): T[] =>
    isOpen(completion) ? parts.map((part) => ({ ...part, from: before(part.from), to: before(part.to) })) : [...parts]
  // Not spread: the vocabulary of a dataset is made when it is asked for.
  const same = Object.defineProperties({}, Object.getOwnPropertyDescriptors(environment)) as Environment
  return Object.assign(same, {
    render: (completion, problem) => {
      const rendering = environment.render(read(completion), problem)
      return { ...rendering, spans: moved(rendering.spans, completion) }
    },
    grade: (completion, problem, execution) => environment.grade(read(completion), problem, execution),
    checkSteps: (completion, problem) => moved(environment.checkSteps(read(completion), problem), completion),
    ...(code && { code: { ...code, task: (completion, problem) => code.task(read(completion), problem) } })
  } satisfies Partial<Environment>)
}

/** Any tag of its own says by itself where the reasoning is. */
const isOpen = (completion: string): boolean => !completion.includes(OPEN) && !completion.includes(CLOSE)

const before = (place: number): number => Math.max(0, place - OPEN.length)
