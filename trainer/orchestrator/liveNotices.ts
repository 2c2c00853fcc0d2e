import type { SampledCompletion, SampleEvents } from '../engines/engine.ts'
import type { OpenStep } from '../stores/openStep.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import type { Session } from './session.ts'
import type { TrainerParts } from './trainerParts.ts'

/** What recording a rollout takes of an open step. */
export type StepRecorder = Pick<OpenStep, 'attempt' | 'append' | 'recorded' | 'earlier'>

/** Tells those who watch of every rollout that the step records. */
export function tellingRecorder({ parts: { live } }: Session, open: OpenStep): StepRecorder {
  if (!live) return open
  let rollouts = 0
  return {
    attempt: open.attempt,
    recorded: (identity) => open.recorded(identity),
    earlier: (place) => open.earlier(place),
    append: (row) => {
      open.append(row)
      live.recorded({ ...open.batch, rollouts: ++rollouts })
    }
  }
}

/** Completions whose text is told at a time: what a person can follow. */
const FOLLOWED = 16
const SHORTEST_SECONDS = 0.3
/** Of one completion, told a second at most: all its text goes out each time. */
const CHARACTERS_PER_SECOND = 40_000

interface Followed {
  text: string
  nextAt: number
}

/** The events of the engine that tell texts to those who watch; none where nobody does. */
export function partialTexts(
  { parts: { live, clock } }: { readonly parts: Pick<TrainerParts, 'live' | 'clock'> }, batch: OpenStep['batch'], groups: readonly (readonly RolloutSlot[])[]
): Pick<SampleEvents, 'partial' | 'finished'> {
  if (!live?.wantsPartial()) return {}
  const followed = new Map<string, Followed>()
  const tell = ({ promptIndex, sampleIndex, text }: { promptIndex: number; sampleIndex: number; text: string }): void => {
    const slot = groups[promptIndex]?.[sampleIndex]
    const one = slot && follow(followed, keyOf({ promptIndex, sampleIndex }))
    if (!slot || !one) return
    one.text += text
    const now = clock.seconds()
    if (now < one.nextAt) return
    one.nextAt = now + Math.max(SHORTEST_SECONDS, one.text.length / CHARACTERS_PER_SECOND)
    live.partial({ ...batch, group: slot.group, sampleIndex: slot.sampleIndex, problem: slot.prompt.text, text: one.text })
  }
  return {
    partial: (parts) => parts.forEach(tell),
    finished: (completion: SampledCompletion) => void followed.delete(keyOf(completion))
  }
}

const keyOf = ({ promptIndex, sampleIndex }: { promptIndex: number; sampleIndex: number }): string => `${promptIndex} ${sampleIndex}`

/** A completion is followed from its first text on, or never: only so is the text whole. */
function follow(followed: Map<string, Followed>, key: string): Followed | undefined {
  const known = followed.get(key)
  if (known || followed.size >= FOLLOWED) return known
  const one = { text: '', nextAt: -Infinity }
  followed.set(key, one)
  return one
}
