import { join } from 'node:path'
import { LabelSession } from '../../extension/labels/labelSession.ts'
import type { NewRecord } from '../../extension/contracts/labels.ts'
import { textHash } from '../../trainer/labels/anchors/textHash.ts'
import type { Opinion } from '../../trainer/protocol/label.ts'
import { median } from './arms.ts'
import type { BenchContext, BenchOutcome } from './bench.ts'

const STEPS = 12
const BAR_MS = 50
/** The first few make folders and load code. */
const WARM_UP = 5

/** From a labeler's last key to the labels of a trace on the disk: what the editor's process does. */
export async function labelsBench({ rounds = 300, scratch, report }: BenchContext): Promise<BenchOutcome> {
  const session = new LabelSession()
  const place = { run: join(scratch, 'runs', 'run'), folder: join(scratch, 'labels', 'run'), labeler: 'bench' }
  const milliseconds: number[] = []
  for (let round = 0; round < rounds + WARM_UP; round++) {
    const records = labelsOfTrace(`t000001.1-${String(round).padStart(3, '0')}-00`)
    const began = performance.now()
    session.append(place, records)
    if (round >= WARM_UP) milliseconds.push(performance.now() - began)
  }
  session.close()
  const middle = median(milliseconds)
  report(`labels: ${middle.toFixed(1)} ms`)
  return {
    rows: [{ what: `labels of a ${STEPS}-step trace, from commit to disk, median of ${rounds}`, ours: `${middle.toFixed(1)} ms`, bar: `< ${BAR_MS} ms`, met: middle < BAR_MS }],
    raw: { milliseconds }, commands: ['npm run bench -- labels'],
    definitions: [`${STEPS} ratings, first error, verdict, critique and completion: checked, appended in one write, flushed to the disk (fsync) and looked at again before they are answered.`]
  }
}

function labelsOfTrace(rollout: string): NewRecord[] {
  const hash = textHash(rollout)
  const record = (opinion: Opinion, step?: number): NewRecord =>
    ({ rollout, problemId: 'problem', anchor: { segment: 0, textHash: hash, from: 0, to: 40, ...(step === undefined ? {} : { step }) }, opinion, seconds: 4.2, blind: true })
  const ratings = Array.from({ length: STEPS }, (_, step) => record({ kind: 'stepRating', rating: step === STEPS - 1 ? -1 : 1 }, step))
  const whole: Opinion[] = [
    { kind: 'firstError', step: STEPS - 1 }, { kind: 'verdict', right: false }, { kind: 'critique', text: 'The last product is taken modulo 40 where it should be 50.' }, { kind: 'completed' }
  ]
  return [...ratings, ...whole.map((opinion) => record(opinion))]
}
