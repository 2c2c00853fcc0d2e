import type { PlacedRow } from '../datasets/rowsFile.ts'
import { LabError } from '../errors.ts'
import { groupBy } from '../evals/grouping.ts'
import { CritiqueRow, promptKey } from '../protocol/labelRows.ts'
import type { TrainingData } from '../protocol/runFile.ts'
import { randomStream } from '../random/random.ts'
import type { Criticised, Failed } from './critiques.ts'
import { unreadableField } from './rowTokens.ts'
import type { Session } from './session.ts'
import { refusal } from './textReader.ts'
import type { TrainerParts } from './trainerParts.ts'

/** Critiques that labelers wrote of responses that are not right. */
export interface LabelledCritiques {
  readonly file: string
  readonly rows: number
  /** By the key of the response's prompt. */
  byPrompt: ReadonlyMap<string, readonly PlacedRow<'critiques'>[]>
  /** Whether what the model has no words for was left out. */
  readable: boolean
  /** Whether the first step in which something failed was looked at: what it found is said once. */
  lookedAt: boolean
}

/** @throws LabError `runFile/data` where the stage has no such rows. */
export async function openCritiques(stage: string, settings: TrainingData | undefined, parts: Pick<TrainerParts, 'openData'>): Promise<LabelledCritiques> {
  if (settings?.kind !== 'critiques') {
    const found = settings ? `data of the kind ${settings.kind}` : 'no data'
    throw new LabError('runFile', 'runFile/data', `The stage ${JSON.stringify(stage)} takes its critiques from labels and has ${found}.`, {
      place: 'data', remedy: 'Name a file of critiques in `data`; `lab labels export --kind critiques` writes one.'
    })
  }
  const data = await parts.openData(settings)
  const rows = data.rows.map(({ place, row }) => ({ place, row: CritiqueRow.parse(row) })).filter(({ row }) => row.verdict !== true)
  return { file: data.file, rows: rows.length, byPrompt: groupedByPrompt(rows), readable: false, lookedAt: false }
}

const groupedByPrompt = (rows: readonly PlacedRow<'critiques'>[]): LabelledCritiques['byPrompt'] => groupBy(rows, ({ row }) => promptKey(row.prompt))

/** Leaves out, once, the critiques that the model has no words for, and says so: labels are free text, and a small model has few words. */
export async function leaveOutUnreadable(session: Pick<Session, 'engine' | 'journal'>, critiques: LabelledCritiques, step: number): Promise<void> {
  if (critiques.readable) return
  const rows = [...critiques.byPrompt.values()].flat()
  // What is asked again is the run's own problem: the prompts of rows are only compared with it.
  if (await refusal(session.engine.encode(rows.flatMap(({ row: { response, critique } }) => [response, critique])))) await keepReadable(session, critiques, rows, step)
  critiques.readable = true
}

async function keepReadable({ engine, journal }: Pick<Session, 'engine' | 'journal'>, critiques: LabelledCritiques, rows: readonly PlacedRow<'critiques'>[], step: number): Promise<void> {
  const tried = await Promise.all(rows.map(async ({ place, row }) => ({ place, row, fault: await unreadableField({ engine }, { response: row.response, critique: row.critique }) })))
  const [first, ...others] = tried.filter(({ fault }) => fault !== undefined)
  if (!first) return
  critiques.byPrompt = groupedByPrompt(tried.filter(({ fault }) => fault === undefined))
  const message = `${others.length + 1} of ${critiques.rows} critiques of ${critiques.file} were left out; row ${first.place}: ${first.fault}.`
  journal.event({ type: 'warning', step, code: 'dataset/rows-left-out', message })
}

/**
 * In the place of each rollout that failed, a response to the same problem that a labeler criticised, with that critique; an order
 * that depends on seed, step and group alone. Where a problem has fewer, fewer are tried again.
 */
export function takeLabelled({ journal, plan }: Pick<Session, 'journal' | 'plan'>, failed: readonly Failed[], critiques: LabelledCritiques, step: number): Criticised[] {
  const taken = labelledOf(failed, critiques, plan.run.seed, step)
  if (failed.length > 0 && taken.length === 0 && !critiques.lookedAt) {
    const message = `None of the ${critiques.rows} critiques of ${critiques.file} is of a problem that failed in this step, so that nothing was tried again. Compare their prompts with those of the run.`
    journal.event({ type: 'warning', step, code: 'dataset/no-match', message })
  }
  critiques.lookedAt ||= failed.length > 0
  return taken
}

function labelledOf(failed: readonly Failed[], { byPrompt }: LabelledCritiques, seed: number, step: number): Criticised[] {
  const rowsOf = (prompt: string): readonly PlacedRow<'critiques'>[] | undefined => byPrompt.get(promptKey(prompt))
  const left = new Map<string, PlacedRow<'critiques'>[]>()
  return failed.flatMap(({ row, slot }) => {
    const ofProblem = left.get(row.group) ?? randomStream(seed, 'labelled', step, row.group).shuffle([...(rowsOf(slot.prompt.text) ?? rowsOf(slot.problem.prompt) ?? [])])
    left.set(row.group, ofProblem)
    const taken = ofProblem.shift()
    return taken ? [{ row, slot, response: taken.row.response, text: taken.row.critique, further: [] }] : []
  })
}
