import path from 'node:path'
import { RunFile } from '../../protocol/runFile.ts'
import type { Rollout } from '../../protocol/rollout.ts'
import { createRun } from '../../stores/runDirectory.ts'
import type { RunDirectory } from '../../stores/runDirectory.ts'
import { runIdOf } from '../../stores/runsFolder.ts'
import { importedRollout } from './importedRollout.ts'
import type { ImportedTrace } from './importedTrace.ts'

/** Traces of a step: what is in memory at a time. */
const STEP_TRACES = 1000

export interface ImportedRunRequest {
  /** The run directory to make. */
  readonly directory: string
  readonly file: string
  readonly now: Date
}

/** Whether a run can be made of imported traces is a matter of its folder alone: it has neither model nor environment. */
export async function makeImportedRun({ directory, file, now }: ImportedRunRequest): Promise<ImportedRun> {
  const name = path.basename(file)
  const run = RunFile.parse({ name: `imported ${name}`, model: 'none', notes: `Traces of ${name}. No model was run.` })
  return new ImportedRun(await createRun({ directory, runId: runIdOf(directory, now), run, source: { path: name, text: '' }, createdAt: now }), name, now)
}

/** A run directory while imported traces are written into it. */
export class ImportedRun {
  readonly #directory: RunDirectory
  readonly #file: string
  readonly #now: Date
  #pending: Rollout[] = []
  #step = 1
  #lastLine = 0
  #sampleIndex = 0

  constructor(directory: RunDirectory, file: string, now: Date) {
    this.#directory = directory
    this.#file = file
    this.#now = now
  }

  get path(): string {
    return this.#directory.path
  }

  /** The rollout that the trace became. Traces of one line make a group. */
  add(trace: ImportedTrace): Rollout {
    const sameLine = trace.line === this.#lastLine
    if (!sameLine && this.#pending.length >= STEP_TRACES) this.#seal()
    this.#sampleIndex = sameLine ? this.#sampleIndex + 1 : 0
    this.#lastLine = trace.line
    const rollout = importedRollout(trace, { step: this.#step, sampleIndex: this.#sampleIndex, file: this.#file, now: this.#now.toISOString() })
    this.#pending.push(rollout)
    return rollout
  }

  /** Writes what is left and closes the run as finished. */
  async finish(): Promise<void> {
    this.#seal()
    const steps = this.#step - 1
    await this.#directory.rollouts.compact({ throughStep: steps, all: true })
    this.#directory.state.write({ version: 1, runId: this.#directory.record.runId, status: 'finished', stage: 'imported', step: steps, steps, seconds: 0, updatedAt: this.#now.toISOString() })
  }

  close(): void {
    this.#directory.close()
  }

  #seal(): void {
    if (this.#pending.length === 0) return
    const open = this.#directory.rollouts.openStep({ kind: 'train', step: this.#step })
    for (const rollout of this.#pending) open.append(rollout)
    open.seal(this.#pending)
    this.#pending = []
    this.#step++
  }
}
