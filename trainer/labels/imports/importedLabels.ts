import { createHash } from 'node:crypto'
import path from 'node:path'
import { Labeler } from '../../protocol/label.ts'
import type { LabelRecordInput } from '../../protocol/label.ts'
import { stepAnchor, traceAnchor } from '../anchors/makeAnchor.ts'
import type { Anchored } from '../anchors/makeAnchor.ts'
import type { ImportedOpinion, ImportedTrace } from './importedTrace.ts'
import type { ImportSource } from './readTraces.ts'

export interface LabelPlace {
  /** Name of the run directory. */
  readonly run: string
  readonly rollout: Anchored & { readonly problemId: string }
  /** The rollout's step by the trace's. */
  readonly stepOf: (step: number) => number
  /** Whether the rollout is the trace, and does not only begin with it. */
  readonly whole: boolean
  /** For files that name no labeler. */
  readonly labeler: string
  readonly now: string
}

/** What a trace of a file says, as labels: all of it of a rollout that is the trace, what holds of its steps of one that goes on. Ids follow from the content, so that a file imported twice gives its labels once. */
export function importedLabels(trace: ImportedTrace, { file, format }: ImportSource, place: LabelPlace): LabelRecordInput[] {
  const labeler = trace.labeler === undefined ? place.labeler : plainLabeler(trace.labeler)
  return trace.opinions.filter((said) => place.whole || isOfSteps(said)).map(({ step, opinion }, i) => ({
    version: 1,
    id: idOf([format, place.run, place.rollout.id, trace.line, labeler, step ?? null, opinion, trace.text]),
    labeler,
    at: trace.at ?? place.now,
    run: place.run,
    rollout: place.rollout.id,
    problemId: place.rollout.problemId,
    anchor: step === undefined ? traceAnchor(place.rollout) : stepAnchor(place.rollout, place.stepOf(step)),
    opinion: opinion.kind === 'firstError' && opinion.step !== null ? { ...opinion, step: place.stepOf(opinion.step) } : opinion,
    source: { kind: 'imported', format, file: path.basename(file) },
    qualityControl: trace.qualityControl,
    seconds: i === 0 ? trace.seconds : 0
  }))
}

/** What holds of the steps it names, whatever comes after them. */
const isOfSteps = ({ step, opinion }: ImportedOpinion): boolean => step !== undefined || (opinion.kind === 'firstError' && opinion.step !== null)

function idOf(content: readonly unknown[]): string {
  return `imported-${createHash('sha256').update(JSON.stringify(content), 'utf8').digest('hex').slice(0, 32)}`
}

/** A labeler's name as part of a file name; one that cannot be is told apart by a hash. */
export function plainLabeler(name: string): string {
  if (Labeler.safeParse(name).success) return name
  const plain = name.normalize('NFKD').replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[._-]+/, '').slice(0, 30)
  return `${plain || 'labeler'}-${createHash('sha256').update(name, 'utf8').digest('hex').slice(0, 8)}`
}
