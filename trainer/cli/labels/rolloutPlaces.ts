import { anchorOf, stepAnchor, traceAnchor } from '../../labels/anchors/makeAnchor.ts'
import { LabError } from '../../errors.ts'
import type { Anchor } from '../../protocol/label.ts'
import { readRolloutTexts } from '../../stores/rolloutTexts.ts'
import type { RolloutTexts } from '../../stores/rolloutTexts.ts'
import type { NewLabelLine } from './newLabelLine.ts'

export interface LabelPlace {
  readonly anchor: Anchor
  readonly problemId: string
}

/** Rollouts kept in memory between the lines of one input. */
const MOST_KEPT = 2000

/** Finds where labels stand in a run's rollouts, which are read when first asked for. */
export class RolloutPlaces {
  readonly #run: string
  readonly #known = new Map<string, RolloutTexts>()

  constructor(run: string) {
    this.#run = run
  }

  /** Reads those of the rollouts that are not known yet. */
  async read(ids: Iterable<string>): Promise<void> {
    const missing = new Set([...ids].filter((id) => !this.#known.has(id)))
    if (missing.size === 0) return
    if (this.#known.size + missing.size > MOST_KEPT) this.#known.clear()
    await readRolloutTexts(this.#run, missing, (rollout) => void this.#known.set(rollout.id, rollout))
  }

  /** @throws LabError `label/no-rollout`, `usage/anchor` */
  placeOf({ rollout: id, anchor, problemId, segment, step, from, to }: NewLabelLine): LabelPlace {
    if (anchor !== undefined) return { anchor, problemId: problemId! }
    const rollout = this.#known.get(id)
    if (rollout === undefined) throw new LabError('dataset', 'label/no-rollout', `The run has no rollout ${JSON.stringify(id.slice(0, 80))}.`, { remedy: 'Give the id of a rollout of this run.' })
    if (from !== undefined && to !== undefined) return { anchor: anchorOf(rollout, segment, from, to), problemId: rollout.problemId }
    return { anchor: step === undefined ? traceAnchor(rollout, segment) : stepAnchor(rollout, step, segment), problemId: rollout.problemId }
  }
}
