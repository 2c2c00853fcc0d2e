import { parse } from 'jsonc-parser'
import type { Checkpoint } from '../../trainer/protocol/checkpoint.ts'
import type { ResolvedRun } from '../../trainer/protocol/runFile.ts'
import { overridesOf } from './overrides.ts'
import { pathFrom, relocated, withValue } from './writing.ts'

/** A run as it was made: its file's text and folder, and what it came to with recipe and settings. */
export interface ForkedRun {
  readonly text: string
  readonly folder: string
  readonly run: ResolvedRun
}

export interface Fork {
  readonly name: string
  /** Absolute folder of the checkpoint. */
  readonly checkpoint: string
  /** Where in the run it was saved; absent of one that is not whole. */
  readonly saved?: Pick<Checkpoint, 'stageIndex'> | undefined
  /** Folder of the new run file. */
  readonly folder: string
}

/** A run file that starts from a checkpoint of a run, and does what the run did: with what it was started with in the place of its file's, and from the stage that it had come to. */
export function forkedRunFile({ text, folder, run }: ForkedRun, fork: Fork): string {
  const overrides = overridesOf(run, { value: parse(text), folder })
  const started = overrides.reduce((result, { path, value }) => withValue(result, path, value), text)
  const moved = relocated(started, folder, fork.folder)
  const values: readonly (readonly [string, unknown])[] = [['name', fork.name], ['model', pathFrom(fork.folder, fork.checkpoint)]]
  return withoutStages(values.reduce((result, [field, value]) => withValue(result, [field], value), moved), run, finishedStages(run, fork.saved))
}

/** Names of the stages that a run had finished when it saved the checkpoint. */
export const finishedStages = ({ stages = [] }: Pick<ResolvedRun, 'stages'>, saved: Fork['saved']): readonly string[] =>
  stages.slice(0, Math.max(0, Math.min(saved?.stageIndex ?? 0, stages.length - 1))).map(({ name }) => name)

/** A file that lists its stages lists fewer; those of a recipe, which cannot be left out there, are written down without the finished ones. */
function withoutStages(text: string, { stages = [] }: ResolvedRun, finished: readonly string[]): string {
  if (finished.length === 0) return text
  const own = (parse(text) as { readonly stages?: unknown }).stages
  if (!Array.isArray(own)) return withValue(text, ['stages'], stages.slice(finished.length))
  return finished.reduce((result) => withValue(result, ['stages', 0], undefined), text)
}
