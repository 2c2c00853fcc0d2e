import { LabError } from '../errors.ts'
import { CritiqueRow, promptKey } from '../protocol/labelRows.ts'
import type { TrainingData } from '../protocol/runFile.ts'
import { randomStream } from '../random/random.ts'
import type { Criticised, Failed } from './critiques.ts'
import type { Session } from './session.ts'
import type { TrainerParts } from './trainerParts.ts'

/** Critiques that labelers wrote of responses that are not right. */
export interface LabelledCritiques {
  readonly file: string
  readonly rows: number
  /** By the key of the response's prompt. */
  readonly byPrompt: ReadonlyMap<string, readonly CritiqueRow[]>
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
  const rows = data.rows.map(({ row }) => CritiqueRow.parse(row)).filter(({ verdict }) => verdict !== true)
  const byPrompt = new Map<string, CritiqueRow[]>()
  for (const row of rows) byPrompt.set(promptKey(row.prompt), [...(byPrompt.get(promptKey(row.prompt)) ?? []), row])
  return { file: data.file, rows: rows.length, byPrompt, lookedAt: false }
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
  const rowsOf = (prompt: string): readonly CritiqueRow[] | undefined => byPrompt.get(promptKey(prompt))
  const left = new Map<string, CritiqueRow[]>()
  return failed.flatMap(({ row, slot }) => {
    const ofProblem = left.get(row.group) ?? randomStream(seed, 'labelled', step, row.group).shuffle([...(rowsOf(slot.prompt.text) ?? rowsOf(slot.problem.prompt) ?? [])])
    left.set(row.group, ofProblem)
    const taken = ofProblem.shift()
    return taken ? [{ row, slot, response: taken.response, text: taken.critique, further: [] }] : []
  })
}
