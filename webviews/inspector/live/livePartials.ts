import type { InspectorNotices } from '../../protocol/inspector.ts'

type Partial = InspectorNotices['partial']['partials'][number]

/** A completion that is being sampled. */
export interface LiveText extends Partial {
  readonly run: string
  readonly seenAt: number
}

const KEPT = 64
/** Sampled on for so long without a word: it has ended, and its rollout is in the list. */
const SILENT_MS = 8_000

/** Newest texts that are being sampled, newest step first. */
export class LivePartials {
  readonly #texts = new Map<string, LiveText>()

  add(notice: InspectorNotices['partial'], now: number): void {
    for (const partial of notice.partials) {
      const key = [notice.run, partial.kind, partial.step, partial.group, partial.sampleIndex].join('\n')
      this.#texts.delete(key)
      this.#texts.set(key, { ...partial, run: notice.run, seenAt: now })
    }
    this.#endEarlierSteps(notice)
    for (const key of this.#texts.keys()) {
      if (this.#texts.size <= KEPT) break
      this.#texts.delete(key)
    }
  }

  /** A step is sampled once the one before is over: what was said of that has ended, however lately. */
  #endEarlierSteps({ run, partials }: InspectorNotices['partial']): void {
    const newest = new Map<string, number>()
    for (const { kind, step } of partials) newest.set(kind, Math.max(step, newest.get(kind) ?? 0))
    for (const [key, text] of this.#texts) if (text.run === run && text.step < (newest.get(text.kind) ?? 0)) this.#texts.delete(key)
  }

  /** Texts still being written, by step (newest first), group and sample. */
  at(now: number): readonly LiveText[] {
    for (const [key, text] of this.#texts) if (now - text.seenAt > SILENT_MS) this.#texts.delete(key)
    return [...this.#texts.values()].sort((a, b) => b.step - a.step || compare(a.group, b.group) || a.sampleIndex - b.sampleIndex)
  }
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
