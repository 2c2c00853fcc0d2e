import { dpoBatch } from '../algorithms/dpo.ts'
import { prmBatch } from '../algorithms/prm.ts'
import type { LearntSequence, PairTokens, RowBatch, StepTokens } from '../algorithms/rows.ts'
import type { RowsFile } from '../datasets/rowsFile.ts'
import { LabError } from '../errors.ts'
import type { Loss } from '../engines/engine.ts'
import type { TrainingData } from '../protocol/runFile.ts'
import { randomStream } from '../random/random.ts'
import { REFERENCE } from './referencePolicy.ts'
import { encodeRows } from './rowTokens.ts'
import type { EncodedRows, RowTokens } from './rowTokens.ts'
import { groupAlgorithm, needsReference, rowSteps } from './runPlan.ts'
import type { StageData, StagePlan } from './runPlan.ts'
import type { Session } from './session.ts'
import type { StageBatches } from './supervisedStage.ts'

/** Sequences scored under the reference in one call: always the same ones together, so that a resumed run sees the same bits. */
const SCORED_TOGETHER = 128

/**
 * Batches of a stage that learns from rows: each pass takes every row once, in an order of its own. Passes that the run file counts are over
 * the rows that the model can read, so that there may be fewer steps than were planned.
 */
export async function rowBatches(session: Session, stage: StagePlan, data: StageData): Promise<StageBatches> {
  const encoded = await encodeRows(session, stage.mixture[0]!.environment, data)
  requireAnyRow(data.file, encoded)
  const steps = rowSteps(data.settings, encoded.tokens.length, stage.steps)
  sayWhatIsLeftOut(session, data, encoded, { steps, planned: stage.steps })
  const rows = needsReference(stage) ? await withReference(session, encoded.tokens as readonly PairTokens[]) : encoded.tokens
  const makeBatch = await batchMaker(session, stage)
  return {
    steps,
    batchOf: async (stageStep) => makeBatch(rowsOfStep(rows, stage, data.settings, session.plan.run.seed, stageStep))
  }
}

function sayWhatIsLeftOut(
  { journal, position }: Session, { file }: StageData, encoded: EncodedRows, { steps, planned }: { readonly steps: number; readonly planned: number }
): void {
  if (encoded.leftOut.places.length === 0) return
  const fewer = steps < planned ? ` The stage has ${steps} steps instead of ${planned}.` : ''
  journal.event({ type: 'warning', step: position.step, code: 'dataset/rows-left-out', message: `${leftOutText(file, encoded)}${fewer}` })
}

/** @throws LabError `dataset/no-rows` where all rows were left out. */
export function requireAnyRow({ file }: RowsFile, { tokens, leftOut: { places, why } }: EncodedRows): void {
  if (tokens.length > 0) return
  throw new LabError('dataset', 'dataset/no-rows', `The model can read none of the rows of ${file}; ${why}.`, {
    place: `${file}:${places[0]}`, remedy: 'Take a model whose tokenizer knows these words, with a context long enough.'
  })
}

/** @param encoded all rows of the file, or the first of them. */
export function leftOutText({ file, rows }: RowsFile, { tokens, leftOut: { places, why } }: EncodedRows): string {
  const tried = tokens.length + places.length
  return `${places.length} of ${tried < rows.length ? 'the first ' : ''}${tried} rows of ${file} were left out; ${why}.`
}

/** The rows of a step. A pass ends in the middle of a step where the rows do not divide by the batch; the last one ends the stage. */
function rowsOfStep<T>(rows: readonly T[], { name, batchSize }: StagePlan, { epochs = Infinity }: TrainingData, seed: number, stageStep: number): T[] {
  const first = (stageStep - 1) * batchSize
  const length = Math.min(batchSize, Math.ceil(rows.length * epochs) - first)
  const orders = new Map<number, readonly number[]>()
  const orderOf = (pass: number): readonly number[] => {
    const order = orders.get(pass) ?? randomStream(seed, 'rows', name, pass).shuffle(rows.map((_, i) => i))
    orders.set(pass, order)
    return order
  }
  return Array.from({ length }, (_, i) => rows[orderOf(Math.floor((first + i) / rows.length))[(first + i) % rows.length]!]!)
}

/** Log-probabilities under the reference do not change while the stage lasts: they are computed once. */
async function withReference(session: Session, pairs: readonly PairTokens[]): Promise<PairTokens[]> {
  const sides = pairs.flatMap(({ chosen, rejected }) => [chosen, rejected])
  const scored: (readonly number[])[] = []
  for (let from = 0; from < sides.length; from += SCORED_TOGETHER) {
    const part = await session.engine.logprobs(sides.slice(from, from + SCORED_TOGETHER), REFERENCE, session.control.signal)
    scored.push(...part.map(({ logprobs_T }) => logprobs_T))
  }
  return pairs.map((pair, i) => ({ ...pair, reference: { chosen_T: scored[2 * i]!, rejected_T: scored[2 * i + 1]! } }))
}

async function batchMaker(session: Session, stage: StagePlan): Promise<(rows: readonly RowTokens[]) => RowBatch> {
  const { algorithm } = stage
  if (algorithm.name === 'dpo') return (rows) => dpoBatch(rows as readonly PairTokens[], algorithm)
  if (algorithm.name === 'prm') return (rows) => prmBatch(rows as readonly StepTokens[], algorithm)
  const { loss }: { loss: Loss } = await session.parts.weigh([], groupAlgorithm(stage), { maxTokens: stage.sampling.maxTokens })
  return (rows) => ({ data: rows as readonly LearntSequence[], loss })
}
