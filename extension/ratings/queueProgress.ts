import type { Shell } from '../shell.ts'
import type { Trace } from '../traces/traces.ts'
import { queueTitle } from './queueWords.ts'

export interface ProgressWords {
  readonly text: string
  readonly tooltip: string
  readonly spoken: string
}

/** Where it stands how far the labeler is. */
export interface ProgressPlace {
  show(words: ProgressWords): void
  hide(): void
}

/**
 * What is to be called whenever people may be in another trace, or may have said something of it. Of several calls under way the
 * newest decides what is shown, whichever answer comes last. Rejects where the progress cannot be told.
 */
export function progressTeller(shell: Pick<Shell, 'labels' | 'queries' | 'labelQueue'>, open: () => Pick<Trace, 'labeler' | 'place'> | undefined, place: ProgressPlace): () => Promise<void> {
  let newest = 0
  return async () => {
    const mine = ++newest
    const trace = open()
    if (!trace) return place.hide()
    try {
      const words = await progressOf(shell, trace)
      if (mine === newest) place.show(words)
    } catch (error) {
      if (mine === newest) place.hide()
      throw error
    }
  }
}

async function progressOf({ labels, queries, labelQueue }: Parameters<typeof progressTeller>[0], trace: Pick<Trace, 'labeler' | 'place'>): Promise<ProgressWords> {
  const labeler = trace.labeler || await labels.labeler()
  const { completed, total } = await queries.ask('labels/progress', { run: trace.place.run, labeler })
  const queue = queueTitle(labelQueue.kind)
  return {
    text: `$(tasklist) ${completed} of ${total} labelled · ${queue}`,
    tooltip: `${labeler} completed ${completed} of the ${total} rollouts of this run. Click to choose another queue; press ? in the trace for its keys.`,
    spoken: `${completed} of ${total} rollouts labelled, queue ${queue}`
  }
}
