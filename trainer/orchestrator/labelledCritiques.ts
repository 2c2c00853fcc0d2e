import { LabError } from '../errors.ts'
import { CritiqueRow } from '../protocol/labelRows.ts'
import type { TrainingData } from '../protocol/runFile.ts'
import { randomStream } from '../random/random.ts'
import type { Criticised, Failed } from './critiques.ts'
import type { TrainerParts } from './trainerParts.ts'

/** Critiques that labelers wrote of responses that are not right, by the prompt of the response. */
export type LabelledCritiques = ReadonlyMap<string, readonly CritiqueRow[]>

/** @throws LabError `runFile/data` where the stage has no such rows. */
export async function openCritiques(stage: string, settings: TrainingData | undefined, parts: Pick<TrainerParts, 'openData'>): Promise<LabelledCritiques> {
  if (settings?.kind !== 'critiques') {
    const found = settings ? `data of the kind ${settings.kind}` : 'no data'
    throw new LabError('runFile', 'runFile/data', `The stage ${JSON.stringify(stage)} takes its critiques from labels and has ${found}.`, {
      place: 'data', remedy: 'Name a file of critiques in `data`; `lab labels export --kind critiques` writes one.'
    })
  }
  const rows = (await parts.openData(settings)).rows.map(({ row }) => CritiqueRow.parse(row)).filter(({ verdict }) => verdict !== true)
  const byPrompt = new Map<string, CritiqueRow[]>()
  for (const row of rows) byPrompt.set(row.prompt, [...(byPrompt.get(row.prompt) ?? []), row])
  return byPrompt
}

/**
 * In the place of each rollout that failed, a response to the same problem that a labeler criticised, with that critique; an order
 * that depends on seed, step and group alone. Where a problem has fewer, fewer are tried again.
 */
export function takeLabelled(failed: readonly Failed[], critiques: LabelledCritiques, seed: number, step: number): Criticised[] {
  const left = new Map<string, CritiqueRow[]>()
  return failed.flatMap(({ row, slot }) => {
    const ofProblem = left.get(row.group) ?? randomStream(seed, 'labelled', step, row.group).shuffle([...(critiques.get(slot.prompt.text) ?? critiques.get(slot.problem.prompt) ?? [])])
    left.set(row.group, ofProblem)
    const taken = ofProblem.shift()
    return taken ? [{ row, slot, response: taken.response, text: taken.critique, further: [] }] : []
  })
}
