import type { Label } from '../../protocol/label.ts'
import type { LeftOut, RowKind, RowWithOrigin } from '../../protocol/labelRows.ts'
import { admit } from './admission.ts'
import { critiqueRows } from './critiqueRows.ts'
import { joinLeftOut, LeftOutLabels } from './leftOut.ts'
import { preferenceRows } from './preferenceRows.ts'
import type { RowRollout } from './rowRollout.ts'
import { solutionRows } from './solutionRows.ts'
import { stepRows } from './stepRows.ts'

export interface RowOptions {
  /** Also what models said, and what people took over from a model's draft, word for word or changed. */
  readonly includeModelSources: boolean
  /** Also labels on evaluation rollouts, whose problems are held out. Training on them spoils every later evaluation. */
  readonly includeHeldOut?: boolean
  /** Absent = all. */
  readonly labelers?: readonly string[] | undefined
  /** Share of the labelers of an item that must say the same, in [0, 1]; a tie never gives a row. Default 0: most votes win. */
  readonly minimumAgreement?: number | undefined
  /** Put after a prompt that would else touch its completion, where the tokenizer drops the white space between. Default none. */
  readonly joint?: string
}

export interface LabelRows {
  readonly rows: { readonly [K in RowKind]: readonly RowWithOrigin<K>[] }
  /** Every label that could have given a row of a kind stands in a row's origin or is counted here, never both. */
  readonly leftOut: readonly LeftOut[]
}

/**
 * Training rows of a run's folded labels (`foldLabels`, drafts included), by rollout, then time. Pure: the same labels and
 * rollouts give the same rows whatever their order. `rollouts` need hold no more than the labels name (`rolloutsNamed`).
 */
export function rowsOf(run: string, labels: readonly Label[], rollouts: ReadonlyMap<string, RowRollout>, options: RowOptions): LabelRows {
  const leftOut = new LeftOutLabels()
  const admitted = admit(labels, rollouts, options, leftOut)
  const maker = { run, rollouts, leftOut, minimumAgreement: options.minimumAgreement ?? 0, joint: options.joint ?? '', includeHeldOut: options.includeHeldOut ?? false }
  const rows = {
    critiques: critiqueRows(admitted, maker),
    solutions: solutionRows(admitted, maker),
    steps: stepRows(admitted, maker),
    preferences: preferenceRows(admitted, maker)
  }
  return { rows, leftOut: leftOut.list() }
}

/** Rows of parts that `rowBatches` made. */
export function joinRows(parts: readonly LabelRows[]): LabelRows {
  const all = <K extends RowKind>(kind: K): RowWithOrigin<K>[] => parts.flatMap(({ rows }) => rows[kind] as readonly RowWithOrigin<K>[])
  return {
    rows: { critiques: all('critiques'), solutions: all('solutions'), steps: all('steps'), preferences: all('preferences') },
    leftOut: joinLeftOut(parts.map((part) => part.leftOut))
  }
}
