import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import { readBatchFile, readBatchLines, TOO_LONG } from './batchLines.ts'
import { rowOf } from './knownSteps.ts'
import type { KnownStep, KnownSteps } from './knownSteps.ts'
import { readLinesFrom } from './lineTail.ts'
import type { TailLine } from './lineTail.ts'
import type { NoticeBoard } from './noticeBoard.ts'
import type { LinesFile, RolloutFiles } from './rolloutFiles.ts'
import type { RunRows } from './runRows.ts'
import type { TableRow } from './runTable.ts'
import { zeroVarianceOf } from './zeroVariance.ts'

export interface LineParts {
  readonly rows: RunRows
  readonly steps: KnownSteps
  readonly notices: NoticeBoard
}

/** The steps of a run that lie as lines: sealed ones, which are read whole, and open ones, which grow. */
export class RunLines {
  readonly #parts: LineParts

  constructor(parts: LineParts) {
    this.#parts = parts
  }

  /** Takes in what is new, for as long as there is time. True = there is more to read at once. */
  async take(files: RolloutFiles, until: number): Promise<boolean> {
    const { steps } = this.#parts
    const work = [...files.sealed.values()].filter((file) => steps.get(file.key)?.sealed !== file.signature)
    for (const [done, file] of work.entries()) {
      if (done > 0 && performance.now() > until) return true
      await this.#skipVanished(file, () => this.#takeSealed(file))
    }
    for (const file of files.open.values()) {
      if (await this.#skipVanished(file, () => this.#takeOpen(file, until))) return true
    }
    return false
  }

  async forget(keys: readonly string[]): Promise<void> {
    const { rows, steps } = this.#parts
    await rows.forgetBatches(steps.forget(keys))
  }

  /** A file that is moved away between being listed and being read is met again in its new place. */
  async #skipVanished<T>(file: LinesFile, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read()
    } catch (error) {
      if (LabError.is(error, 'missing')) return undefined
      if (!LabError.is(error)) throw error
      this.#parts.notices.set(file.path, error.message)
      return undefined
    }
  }

  async #takeSealed(file: LinesFile): Promise<void> {
    const { rows: table, steps, notices } = this.#parts
    const { rollouts, problems } = await readBatchFile(file.path, file.batch)
    notices.replace(file.path, problems)
    const step = steps.of(file)
    const number = table.fileNumber({ kind: 'lines', path: file.path, batch: file.batch })
    const flat = zeroVarianceOf(rollouts.map(({ rollout }) => rollout))
    const ids = new Set(rollouts.map(({ rollout }) => rollout.id))
    const rows = rollouts.map(({ rollout, place }): TableRow => ({ row: rowOf(step, rollout.id, table.numbers), file: number, place, rollout, zeroVariance: flat.get(rollout.id) ?? null }))
    for (const id of step.rows.keys()) {
      if (!ids.has(id)) step.rows.delete(id)
    }
    await table.write(rows, step.sealed === undefined && step.open === undefined ? [] : [table.deletionOf(file.batch)])
    step.sealed = file.signature
    delete step.open
  }

  /** True = the time is up and there is more. */
  async #takeOpen(file: LinesFile, until: number): Promise<boolean> {
    const { rows, steps, notices } = this.#parts
    const step = steps.of(file)
    if (step.open?.signature !== file.signature) {
      step.open = { signature: file.signature, file: rows.fileNumber({ kind: 'lines', path: file.path, batch: file.batch }), offset: 0 }
    }
    const { open } = step
    for (;;) {
      const piece = readLinesFrom(file.path, open.offset)
      if (piece === 'shrunk') {
        await this.forget([file.key])
        return true
      }
      if (piece.tooLong > 0) notices.add(file.path, TOO_LONG, piece.tooLong)
      await this.#takeOpenLines(file, step, open.file, piece.lines)
      open.offset = piece.next
      if (!piece.more) return false
      await yieldToOthers()
      if (performance.now() > until) return true
    }
  }

  async #takeOpenLines(file: LinesFile, known: KnownStep, number: number, lines: readonly TailLine[]): Promise<void> {
    const { rows: table, notices } = this.#parts
    const { rollouts, problems } = readBatchLines(lines, file.batch)
    for (const [problem, count] of problems) notices.add(file.path, problem, count)
    const seen = new Set<string>()
    const fresh = rollouts.filter(({ rollout: { id } }) => !known.rows.has(id) && !seen.has(id) && seen.add(id))
    const attempt = fresh.reduce((highest, { rollout }) => Math.max(highest, rollout.attempt), known.attempt)
    const rows = fresh.map(({ rollout, place }): TableRow => ({
      row: rowOf(known, rollout.id, table.numbers), file: number, place, zeroVariance: null, rollout: { ...rollout, superseded: rollout.superseded || rollout.attempt < attempt }
    }))
    const again = attempt > known.attempt && known.rows.size > rows.length
    known.attempt = attempt
    const { kind, step } = file.batch
    await table.write(rows, again ? [`UPDATE ${table.table} SET superseded = true WHERE kind = '${kind}' AND step = ${step} AND attempt < ${attempt} AND NOT superseded`] : [])
  }
}
