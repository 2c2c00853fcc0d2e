import type { Opinion } from '../../protocol/label.ts'
import { Prm800kRecord } from '../formats/prm800k.ts'
import type { Prm800kStep } from '../formats/prm800k.ts'
import { faultOf } from './badLine.ts'
import type { LineFault } from './badLine.ts'
import { joinLines } from './importedTrace.ts'
import type { ImportedOpinion, ImportedTrace } from './importedTrace.ts'

/**
 * A line of PRM800K: the solution that the labeler followed, and for every other rated step a trace that ends with it. Where
 * the whole solution was generated beforehand it is taken whole, also what nobody rated.
 */
export function readPrm800k(line: number, value: unknown): readonly ImportedTrace[] | LineFault {
  const parsed = Prm800kRecord.safeParse(value)
  if (!parsed.success) return faultOf(line, value, parsed.error)
  const record = parsed.data
  const at = utcTime(record.timestamp)
  if (at === undefined) return { line, field: 'timestamp', what: `is ${JSON.stringify(record.timestamp.slice(0, 60))}, which is no time` }
  const path = followedPath(line, record.label.steps)
  if (!Array.isArray(path)) return path as LineFault
  const known = { line, prompt: record.question.problem, labeler: record.labeler, at, qualityControl: record.is_quality_control_question || record.is_initial_screening_question }
  const gold = record.question.ground_truth_answer ?? undefined
  const common = { ...known, ...(gold === undefined ? {} : { gold }) }
  const seconds = (record.label.total_time ?? 0) / 1000
  return [
    { ...common, answer: record.question.pre_generated_answer ?? null, ...joinLines(wholeSolution(record, path)), opinions: opinionsOnPath(record, path), seconds },
    ...alternatives(record, path).map((trace) => ({ ...common, answer: null, seconds: 0, ...trace }))
  ]
}

/** A step as the solution goes on from it. `completion` is its place among the candidates; absent = the labeler wrote it. */
interface FollowedStep {
  readonly text: string
  readonly completion?: number
}

function followedPath(line: number, steps: readonly Prm800kStep[]): FollowedStep[] | LineFault {
  const path: FollowedStep[] = []
  for (const [i, step] of steps.entries()) {
    const chosen = step.chosen_completion ?? (humanText(step) === undefined ? 0 : undefined)
    const text = chosen === undefined ? humanText(step) : step.completions?.[chosen]?.text
    if (text === undefined) {
      const field = typeof step.chosen_completion === 'number' ? 'chosen_completion' : 'completions'
      return { line, field: `label.steps[${i}].${field}`, what: field === 'completions' ? 'holds no step' : `is ${chosen}, but there are ${step.completions?.length ?? 0} completions` }
    }
    path.push({ text, ...(chosen === undefined ? {} : { completion: chosen }) })
  }
  return path.length > 0 ? path : { line, field: 'label.steps', what: 'is empty' }
}

function humanText({ human_completion: human }: Prm800kStep): string | undefined {
  return typeof human === 'string' ? human : human?.text
}

function wholeSolution({ question }: Prm800kRecord, path: readonly FollowedStep[]): string[] {
  const followed = path.map(({ text }) => text)
  const generated = question.pre_generated_steps ?? []
  return followed.every((text, i) => generated[i] === text) ? generated : followed
}

function opinionsOnPath({ label }: Prm800kRecord, path: readonly FollowedStep[]): ImportedOpinion[] {
  const rated = path.flatMap(({ completion }, step): ImportedOpinion[] => {
    const found = completion === undefined ? undefined : label.steps[step]!.completions![completion]
    // What a labeler wrote stands for a step that is right: the instructions ask for one.
    const rating = completion === undefined ? 1 : (found?.rating ?? undefined)
    const flag: Opinion[] = found?.flagged === true ? [{ kind: 'flag', reason: '' }] : []
    return [...(rating === undefined ? [] : [{ kind: 'stepRating', rating } satisfies Opinion]), ...flag].map((opinion) => ({ step, opinion }))
  })
  const wrong = rated.find(({ opinion }) => opinion.kind === 'stepRating' && opinion.rating === -1)
  const whole: Opinion[] = label.finish_reason === 'found_error' && wrong?.step !== undefined ? [{ kind: 'firstError', step: wrong.step }] : []
  const verdict: Opinion[] = label.finish_reason === 'solution' ? [{ kind: 'verdict', right: true }] : []
  return [...rated, ...[...whole, ...verdict].map((opinion) => ({ opinion }))]
}

type Alternative = Pick<ImportedTrace, 'text' | 'steps' | 'opinions'>

/** Rated candidates that the solution did not go on from, each after the steps that it did. */
function alternatives({ label }: Prm800kRecord, path: readonly FollowedStep[]): Alternative[] {
  return label.steps.flatMap((step, i) => {
    const before = path.slice(0, i)
    const ratedBefore = before.map(({ completion }, s) => (completion === undefined ? 1 : label.steps[s]!.completions![completion]!.rating))
    const better = path[i]!.completion === undefined ? path[i]!.text : undefined
    return (step.completions ?? []).flatMap(({ text, rating }, c): Alternative[] => {
      if (c === path[i]!.completion || rating === null) return []
      const opinions = [...ratedBefore, rating].flatMap((given, s): ImportedOpinion[] => (given === null ? [] : [{ step: s, opinion: { kind: 'stepRating', rating: given } }]))
      const written: ImportedOpinion[] = better === undefined || better === '' || c > 0 ? [] : [{ step: i, opinion: { kind: 'better', of: 'step', text: better } }]
      return [{ ...joinLines([...before.map((followed) => followed.text), text]), opinions: [...opinions, ...written] }]
    })
  })
}

/** Times without a zone are UTC. */
function utcTime(text: string): string | undefined {
  const time = new Date(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString()
}
