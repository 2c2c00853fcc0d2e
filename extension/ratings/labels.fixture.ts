import { stepAnchor, traceAnchor } from '../../trainer/labels/anchors/makeAnchor.ts'
import { foldLabels } from '../../trainer/labels/store/foldLabels.ts'
import { LabelRecord } from '../../trainer/protocol/label.ts'
import type { Label, LabelRecordInput, Opinion } from '../../trainer/protocol/label.ts'
import type { Rollout, Span } from '../../trainer/protocol/rollout.ts'
import type { Saying } from '../traces/newRecord.ts'
import { rolloutWith } from '../traces/rollout.fixture.ts'

/** Three steps, the second one wrong. */
export function threeSteps(more: Partial<Rollout> = {}): Rollout {
  const spans: Span[] = [{ kind: 'step', from: 0, to: 7 }, { kind: 'step', from: 8, to: 15 }, { kind: 'step', from: 16, to: 23 }]
  const steps = [{ from: 0, to: 7, ok: true, why: 'holds' }, { from: 8, to: 15, ok: false, why: '5 * 2 is 10' }]
  return rolloutWith('2+3 = 5\n5*2 = 9\n9-1 = 8', spans, { steps, ...more })
}

/** Label records of a run, with ids and times in their order. */
export class Ledger {
  readonly records: LabelRecord[] = []

  add(rollout: Rollout, labeler: string, saying: Saying, more: Partial<LabelRecordInput> = {}): LabelRecord {
    const at = new Date(Date.UTC(2026, 0, 1, 0, 0, this.records.length)).toISOString()
    const record = LabelRecord.parse({
      version: 1, id: `label-${this.records.length}`, labeler, at, run: 'run', rollout: rollout.id, problemId: rollout.problemId, source: { kind: 'human' }, ...saying, ...more
    })
    this.records.push(record)
    return record
  }

  say(rollout: Rollout, labeler: string, sayings: readonly Saying[]): void {
    for (const saying of sayings) this.add(rollout, labeler, saying)
  }

  get labels(): readonly Label[] {
    return foldLabels(this.records)
  }
}

export const onStep = (rollout: Rollout, step: number, opinion: Opinion): Saying => ({ opinion, anchor: stepAnchor(rollout, step) })
export const onTrace = (rollout: Rollout, opinion: Opinion): Saying => ({ opinion, anchor: traceAnchor(rollout) })
