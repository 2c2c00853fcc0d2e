import { createHash } from 'node:crypto'
import path from 'node:path'
import { LabError } from '../errors.ts'
import type { Rollout } from '../protocol/rollout.ts'
import { onDisk } from './diskGuard.ts'
import { syncFolder, writeAll } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'
import { requireFinite } from './finite.ts'
import { hashFileSync } from './hashing.ts'
import { JsonLinesWriter, jsonLine } from './jsonLines.ts'
import { openNew, plainKind, removePlain } from './plainFiles.ts'
import { batchFileName } from './runLayout.ts'
import type { RolloutBatch } from './runLayout.ts'

/** What makes a rollout of a step that is done again the same as a recorded one. */
export interface RolloutIdentity {
  readonly group: string
  readonly sampleIndex: number
  readonly problemId: string
  /** Completion tokens of every segment. */
  readonly tokens: readonly (readonly number[])[]
}

export interface OpenStepParts {
  readonly folder: string
  readonly batch: RolloutBatch
  /** Rollouts of earlier attempts at the step, as recorded. */
  readonly earlier: readonly Rollout[]
  /** The open file holds lines that cannot be read: it is kept when the step is sealed. */
  readonly damaged: boolean
  readonly ops: FileOps
  /** Called once the step is sealed or closed. */
  readonly done: () => void
}

const WRITE_BYTES = 1024 * 1024

/**
 * A step whose rollouts are being recorded. In an open file all rows of an attempt lower than the highest one are superseded;
 * the sealed file says so in each row.
 */
export class OpenStep {
  readonly batch: RolloutBatch
  /** 1 for the first try; a resumed step gets the next number. */
  readonly attempt: number
  readonly #parts: OpenStepParts
  readonly #writer: JsonLinesWriter
  readonly #ids: Set<string>
  readonly #appended = new Set<string>()
  readonly #recorded = new Map<string, Rollout[]>()

  constructor(parts: OpenStepParts) {
    this.batch = parts.batch
    this.#parts = parts
    this.attempt = parts.earlier.reduce((highest, rollout) => Math.max(highest, rollout.attempt), 0) + 1
    this.#ids = new Set(parts.earlier.map((rollout) => rollout.id))
    for (const rollout of parts.earlier) {
      const slot = slotOf(rollout.group, rollout.sampleIndex)
      this.#recorded.set(slot, [rollout, ...(this.#recorded.get(slot) ?? [])])
    }
    this.#writer = new JsonLinesWriter(this.#place('open'), parts.ops)
  }

  /** The latest recorded rollout with this identity, whose answer, verdicts and reward hold for the new one too. */
  recorded(identity: RolloutIdentity): Rollout | undefined {
    return this.earlier(identity).find((rollout) => sameTokens(rollout, identity.tokens))
  }

  /** Rollouts that earlier attempts recorded at this place, the latest first. */
  earlier({ group, sampleIndex, problemId }: Omit<RolloutIdentity, 'tokens'>): readonly Rollout[] {
    return (this.#recorded.get(slotOf(group, sampleIndex)) ?? []).filter((rollout) => rollout.problemId === problemId)
  }

  /** Records a scored rollout. Once this has returned, a killed process does not lose it. */
  append(rollout: Rollout): void {
    this.#requireOwn(rollout)
    if (this.#ids.has(rollout.id)) throw this.#wrong('duplicate-rollout', `rollout ${rollout.id} is recorded already`)
    this.#writer.append(rollout)
    this.#ids.add(rollout.id)
    this.#appended.add(rollout.id)
  }

  /**
   * Closes the step with the final form (advantages, filter) of exactly the rollouts that were appended. The sealed file
   * appears whole or not at all.
   */
  seal(final: readonly Rollout[]): void {
    this.#requireAll(final)
    const { ops, folder } = this.#parts
    const sealing = this.#place('sealing')
    const sealed = this.#place('sealed')
    removePlain(ops, sealing)
    plainKind(sealed)
    this.#writeVerified(sealing, [...this.#parts.earlier.map((rollout) => ({ ...rollout, superseded: true })), ...final])
    onDisk(sealed, () => {
      ops.rename(sealing, sealed)
      syncFolder(ops, folder)
    })
    this.#writer.close()
    this.#putAwayOpenFile()
    this.#parts.done()
  }

  /** Leaves the step open, to be taken up again later. */
  close(): void {
    this.#writer.close()
    this.#parts.done()
  }

  #place(stage: 'open' | 'sealing' | 'sealed' | 'damaged'): string {
    return path.join(this.#parts.folder, batchFileName(this.batch, stage))
  }

  #requireOwn(rollout: Rollout): void {
    const { kind, step } = this.batch
    if (rollout.kind === kind && rollout.step === step && rollout.attempt === this.attempt && !rollout.superseded) return
    throw this.#wrong('wrong-step', `rollout ${rollout.id} (${rollout.kind}, step ${rollout.step}, attempt ${rollout.attempt}) does not belong to attempt ${this.attempt}`)
  }

  #requireAll(final: readonly Rollout[]): void {
    const missing = new Set(this.#appended)
    for (const rollout of final) {
      this.#requireOwn(rollout)
      if (!missing.delete(rollout.id)) throw this.#wrong('unrecorded-rollout', `rollout ${rollout.id} was not recorded in this attempt, or is given twice`)
    }
    if (missing.size > 0) throw this.#wrong('incomplete-step', `${missing.size} recorded rollout(s) are missing, for example ${[...missing][0]}`)
  }

  #writeVerified(place: string, rollouts: readonly Rollout[]): void {
    const { ops } = this.#parts
    const hash = createHash('sha256')
    const file = openNew(ops, place)
    try {
      for (const bytes of inPieces(rollouts, place)) {
        hash.update(bytes)
        onDisk(place, () => writeAll(ops, file, bytes))
      }
      onDisk(place, () => ops.sync(file))
    } finally {
      ops.close(file)
    }
    if (hashFileSync(place) !== hash.digest('hex')) throw this.#wrong('not-verified', `${place} reads back differently from what was written`)
  }

  #putAwayOpenFile(): void {
    const { ops, folder, damaged } = this.#parts
    if (damaged) keepDamaged(folder, this.batch, ops)
    else removePlain(ops, this.#place('open'))
  }

  #wrong(code: string, message: string): LabError {
    return new LabError('store', code, `${message} (${this.batch.kind} step ${this.batch.step})`, {
      place: this.#place('open'),
      remedy: 'The run directory is unharmed. Resume the run; if this comes again, report it with the message.'
    })
  }
}

/** Keeps an open file with unreadable lines beside the sealed one. */
export function keepDamaged(folder: string, batch: RolloutBatch, ops: FileOps): void {
  const open = path.join(folder, batchFileName(batch, 'open'))
  const kept = path.join(folder, batchFileName(batch, 'damaged'))
  if (plainKind(kept) === 'absent') onDisk(kept, () => ops.rename(open, kept))
  else removePlain(ops, open)
}

function* inPieces(rollouts: readonly Rollout[], place: string): Generator<Buffer> {
  let lines: Buffer[] = []
  let bytes = 0
  for (const rollout of rollouts) {
    requireFinite(rollout, place)
    const line = jsonLine(rollout)
    lines.push(line)
    bytes += line.length
    if (bytes < WRITE_BYTES) continue
    yield Buffer.concat(lines)
    lines = []
    bytes = 0
  }
  yield Buffer.concat(lines)
}

function slotOf(group: string, sampleIndex: number): string {
  return `${sampleIndex} ${group}`
}

function sameTokens(rollout: Rollout, tokens: RolloutIdentity['tokens']): boolean {
  return (
    rollout.segments.length === tokens.length &&
    rollout.segments.every((segment, s) => segment.tokens.length === tokens[s]!.length && segment.tokens.every((token, t) => token === tokens[s]![t]))
  )
}
