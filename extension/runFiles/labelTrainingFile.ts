import type { RowKind } from '../../trainer/protocol/labelRows.ts'
import type { Parent, ResolvedRun } from '../../trainer/protocol/runFile.ts'
import { pathFrom, relocated, withValue } from './writing.ts'

export interface LabelTraining {
  readonly name: string
  readonly recipe: string
  readonly kind: RowKind
  /** The parent, whose problems, engine and evaluation are kept so that both can be compared. */
  readonly run: ResolvedRun
  /** Folder of the parent's run file, from which its relative paths start. */
  readonly runFolder: string
  /** Folder that the new file is to lie in. */
  readonly folder: string
  /** Absolute folder of the model to train further. */
  readonly model: string
  /** Absolute paths of the rows and of the manifest beside them. */
  readonly rows: string
  readonly manifest: string
  readonly parent: Pick<Parent, 'run' | 'checkpoint'>
}

/** A few hundred rows are learned by heart after more passes than this. */
const EPOCHS = 6

/** The text of a run file that trains on exported labels. */
export function labelTrainingFile({ name, recipe, kind, run, runFolder, folder, model, rows, manifest, parent }: LabelTraining): string {
  const { environment, environments, engine, sampling, evaluation } = run
  const kept = { environment, environments, engine, sampling, evaluation }
  const moved = relocated(JSON.stringify({ name, recipe, ...kept }, null, 2), runFolder, folder)
  const values: readonly (readonly [string, unknown])[] = [
    ['model', pathFrom(folder, model)],
    ['data', { file: pathFrom(folder, rows), kind, epochs: EPOCHS }],
    ['parent', { ...parent, manifest: pathFrom(folder, manifest) }]
  ]
  return `${values.reduce((text, [field, value]) => withValue(text, [field], value), moved)}\n`
}
