import { createHash } from 'node:crypto'
import type { Label, LabelSource, Opinion } from '../../protocol/label.ts'

export interface Said {
  readonly rollout?: string
  readonly by?: string
  readonly opinion: Opinion
  readonly step?: number
  readonly span?: readonly [from: number, to: number]
  /** Text that it was said of. */
  readonly text?: string
  readonly source?: LabelSource
  readonly draft?: boolean
  readonly qualityControl?: boolean
  readonly resolved?: boolean
  readonly minute?: number
}

let made = 0

/** A label as it is after the fold. */
export function said({ rollout = 'r1', by = 'ann', opinion, step, span, text = 'text', source = { kind: 'human' }, draft = false, qualityControl = false, resolved = false, minute = 0 }: Said): Label {
  const at = new Date(Date.UTC(2025, 0, 31, 12, minute)).toISOString()
  const [from, to] = span ?? [0, 0]
  return {
    version: 1, id: `label-${++made}`, firstId: `label-${made}`, labeler: by, at, createdAt: at, run: 'run', rollout, problemId: 'p1',
    anchor: { segment: 0, textHash: createHash('sha256').update(text).digest('hex'), from, to, ...(step === undefined ? {} : { step }) },
    opinion, source, draft, qualityControl, resolved, seconds: 1, blind: false, replies: []
  }
}
