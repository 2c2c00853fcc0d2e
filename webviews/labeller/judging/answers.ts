import type { LabelSet, Opinion } from '../../../trainer/protocol/label.ts'
import { opinionIn } from './judgement.ts'
import type { Judgement } from './judgement.ts'
import { fieldFault } from './rows.ts'
import type { OpinionOf } from './slots.ts'

/** Answers to the fields of a label set, by name. */
export type Scores = OpinionOf<'rubric'>['scores']

/** The answers as they are said now. Of those given under an earlier schema holds what the set still asks, and still takes. */
export function answersIn(judgement: Judgement, set: LabelSet | undefined): Scores {
  const opinion = set && opinionIn<'rubric'>(judgement, `rubric:${set.name}`)
  if (!set || !opinion || opinion.schemaHash === set.schemaHash) return opinion?.scores ?? {}
  return Object.fromEntries(Object.entries(opinion.scores).filter(([name, value]) => set.fields.some((field) => field.name === name && fieldFault(field, value) === undefined)))
}

/** The answers with one given or, undefined, taken out; null where none is left. */
export function withAnswer(judgement: Judgement, set: LabelSet, name: string, value: Scores[string] | undefined): Opinion | null {
  const { [name]: _, ...others } = answersIn(judgement, set)
  const scores = value === undefined ? others : { ...others, [name]: value }
  return Object.keys(scores).length === 0 ? null : { kind: 'rubric', labelSet: set.name, schemaHash: set.schemaHash, scores }
}

/** What is wrong with the answers, where any was given: a sentence. */
export function answersFault(judgement: Judgement, set: LabelSet | undefined): string | undefined {
  const answers = answersIn(judgement, set)
  if (!set || Object.keys(answers).length === 0) return undefined
  return set.fields.map((field) => fieldFault(field, answers[field.name])).find((fault) => fault !== undefined)
}
