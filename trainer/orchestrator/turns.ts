import type { SampledCompletion } from '../engines/engine.ts'
import type { Environment } from '../environments/environment.ts'
import type { Span } from '../protocol/rollout.ts'

/** What is told between two turns: text for people and records, tokens for the model. */
export interface ToldTokens {
  readonly text: string
  readonly tokens: readonly number[]
}

/** One program of a rollout with what was told of it; the last turn has nothing told. */
export interface Turn {
  readonly completion: SampledCompletion
  readonly told?: ToldTokens
}

/** A part of a rollout's text, in UTF-16 units. */
export interface Range {
  readonly from: number
  readonly to: number
}

/** All turns as one completion. */
export interface JoinedTurns {
  readonly completion: SampledCompletion
  readonly turns: readonly Range[]
  readonly told: readonly Range[]
}

/** Stands around tool output and belongs to no token. */
const BREAK = '\n'

/**
 * The turns of a rollout as one completion at a place of a batch. What was told has no probability under the policy: its numbers are 0, and it
 * is never trained on.
 */
export function joinTurns(turns: readonly Turn[], place: Pick<SampledCompletion, 'promptIndex' | 'sampleIndex'>): JoinedTurns {
  let text = ''
  const tokens: number[] = []
  const ends: number[] = []
  const written: Range[] = []
  const told: Range[] = []
  const numbers = { logprobs_T: [] as number[], samplingLogprobs_T: [] as number[], entropies_T: [] as number[] }
  for (const { completion, told: tool } of turns) {
    const from = text.length
    text += completion.text
    written.push({ from, to: text.length })
    tokens.push(...completion.tokens)
    ends.push(...completion.tokenEnds_T.map((end) => from + end))
    for (const [name, values] of Object.entries(numbers)) values.push(...completion[name as keyof typeof numbers])
    if (!tool) continue
    const start = text.length + BREAK.length
    const end = start + tool.text.length
    told.push({ from: start, to: end })
    text += `${BREAK}${tool.text}${BREAK}`
    tokens.push(...tool.tokens)
    ends.push(...tool.tokens.map(() => end))
    for (const values of Object.values(numbers)) values.push(...tool.tokens.map(() => 0))
  }
  const last = turns.at(-1)!.completion
  const seconds = turns.reduce((sum, { completion }) => sum + completion.seconds, 0)
  return { completion: { ...last, ...place, ...numbers, text, tokens, tokenEnds_T: ends, seconds }, turns: written, told }
}

/** The same of a recorded text, in which what was told is marked as `tool`. */
export function turnsIn(text: string, spans: readonly Span[]): Pick<JoinedTurns, 'turns' | 'told'> {
  const told = spans.filter(({ kind }) => kind === 'tool').map(({ from, to }) => ({ from, to })).sort((a, b) => a.from - b.from)
  const turns = Array.from({ length: told.length + 1 }, (_, i): Range => {
    const [before, after] = [told[i - 1], told[i]]
    const from = before && text.startsWith(BREAK, before.to) ? before.to + BREAK.length : (before?.to ?? 0)
    const to = after && text.startsWith(BREAK, after.from - BREAK.length) ? after.from - BREAK.length : (after?.from ?? text.length)
    return { from, to: Math.max(from, to) }
  })
  return { turns, told }
}

/** Tokens that a further turn is sampled after. */
export const tokensSoFar = (prompt: readonly number[], turns: readonly Turn[]): number[] => [...prompt, ...completionSoFar(turns)]

export const completionSoFar = (turns: readonly Turn[]): number[] => turns.flatMap(({ completion, told }) => [...completion.tokens, ...(told?.tokens ?? [])])

/**
 * The environment as it judges a rollout of several turns: the last one is graded; steps and spans are those of every turn, where they stand in
 * the whole text, and what was told is `tool`.
 */
export function overTurns(environment: Environment, { turns, told }: Pick<JoinedTurns, 'turns' | 'told'>): Environment {
  const last = turns.at(-1)!
  const cut = (text: string, { from, to }: Range): string => text.slice(from, to)
  const moved = <T extends Range>(parts: readonly T[], by: number): T[] => parts.map((part) => ({ ...part, from: part.from + by, to: part.to + by }))
  return {
    ...environment,
    grade: (text, problem, execution) => environment.grade(cut(text, last), problem, execution?.turn === turns.length ? execution : undefined),
    checkSteps: (text, problem) => turns.flatMap((turn) => moved(environment.checkSteps(cut(text, turn), problem), turn.from)),
    render: (text, problem) => {
      const rendered = turns.map((turn) => ({ turn, rendering: environment.render(cut(text, turn), problem) }))
      const spans: Span[] = rendered.flatMap(({ turn, rendering }) => moved(rendering.spans, turn.from))
      const tools = told.map(({ from, to }): Span => ({ kind: 'tool', from, to }))
      const { wellFormed, why } = rendered.find(({ rendering }) => !rendering.wellFormed)?.rendering ?? rendered.at(-1)!.rendering
      return { spans: [...spans, ...tools].sort((a, b) => a.from - b.from), wellFormed, why }
    }
  }
}
