/**
 * Child process of concurrentWriters.test.ts: labels as one window does, until it is killed or has given as many as it was
 * told. It goes on from what its labels folder has of it, as a window does that was opened again. Each line of its output is
 * the id of a label that was answered.
 */
import fs from 'node:fs'
import { LabelSession } from '../../extension/labels/labelSession.ts'
import { textHash } from '../../trainer/labels/anchors/textHash.ts'
import { readLabels } from '../../trainer/labels/store/labelReader.ts'
import { randomStream } from '../../trainer/random/random.ts'

const [folder, run, labeler, target] = process.argv.slice(2) as [string, string, string, string]
const random = randomStream('window', labeler, process.pid)
const session = new LabelSession()

function given(): number {
  const own = readLabels(folder).records.filter((record) => record.labeler === labeler)
  return Math.max(0, ...own.map(({ opinion }) => (opinion.kind === 'critique' ? Number(opinion.text.split(' ')[0]) : 0)))
}

/** Critiques of all lengths: short ones fit into a page of the disk, long ones do not. */
const textOf = (n: number): string => `${n} ${'שגיאה 👩‍🔬 '.repeat(random.integer(4) === 0 ? 400 : 2)}`

let next = given() + 1
while (next <= Number(target)) {
  const count = Math.min(1 + random.integer(8), Number(target) - next + 1)
  const records = Array.from({ length: count }, (_, i) => ({
    rollout: `t000001.1-${String((next + i) % 50).padStart(3, '0')}-00`, problemId: 'p', anchor: { segment: 0, textHash: textHash('text'), from: 0, to: 4 }, opinion: { kind: 'critique' as const, text: textOf(next + i) }
  }))
  const written = session.append({ run, folder, labeler }, records)
  fs.writeSync(1, written.map(({ id }) => `${id}\n`).join(''))
  next += count
}
