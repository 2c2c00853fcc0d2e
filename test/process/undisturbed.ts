import { finalState } from './finalState.ts'
import type { FinalState } from './finalState.ts'
import { labSucceeds } from './labProcess.ts'
import type { LabEnd } from './labProcess.ts'
import { Place, TINY_STEPS } from './tinyRun.ts'

/** A tiny run that nothing disturbed, in a place of its own: what disturbed ones are compared with. */
export interface Undisturbed {
  readonly place: Place
  /** Name of its run file in the place; the run lies in `undisturbed`. */
  readonly file: string
  readonly expected: FinalState
  readonly events: LabEnd['events']
}

export async function undisturbedRun(): Promise<Undisturbed> {
  const place = new Place()
  try {
    const file = place.runFile()
    const { events } = await labSucceeds(place.folder, ['run', file, '--out', 'undisturbed', '--json'])
    return { place, file, events, expected: await finalState(place.at('undisturbed'), TINY_STEPS) }
  } catch (error) {
    place.remove()
    throw error
  }
}
