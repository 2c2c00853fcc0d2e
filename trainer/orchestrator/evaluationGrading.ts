import type { SampledCompletion } from '../engines/engine.ts'
import { linkedAbort } from './cancellation.ts'
import { gradeCompletion } from './grading.ts'
import type { Graded } from './grading.ts'
import type { StepRecorder } from './liveNotices.ts'
import { recordedRow } from './recordedRow.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import type { Session } from './session.ts'

/** Grades an evaluation's completions while others are sampled; programs are executed once, also over a resume. */
export interface EvaluationGrading {
  /** Taking one twice does nothing. */
  take(completion: SampledCompletion): void
  /** Never rejects. */
  of(completion: SampledCompletion): Promise<Graded>
  /** Ends what is still executed. */
  end(): void
}

export function startGrading({ parts, control }: Session, recorder: StepRecorder, groups: readonly (readonly RolloutSlot[])[]): EvaluationGrading {
  const going = linkedAbort(control.signal)
  const graded = new Map<string, Promise<Graded>>()
  const start = (completion: SampledCompletion): Promise<Graded> => {
    const slot = groups[completion.promptIndex]![completion.sampleIndex]!
    const executed = slot.environment.code ? (recordedRow(recorder, slot, completion)?.executions ?? slot.executions) : undefined
    return gradeCompletion(slot, completion.text, { executor: parts.executor, signal: going.signal }, executed)
  }
  const of = (completion: SampledCompletion): Promise<Graded> => {
    const key = `${completion.promptIndex} ${completion.sampleIndex}`
    const one = graded.get(key) ?? start(completion)
    graded.set(key, one)
    return one
  }
  return {
    take: (completion) => void of(completion),
    of,
    end: () => {
      going.abort()
      going.release()
    }
  }
}
