import type { RunEvent } from '../../protocol/events.ts'
import type { Host } from '../host.ts'
import { stylesFor } from '../terminal/styles.ts'
import type { EventOf } from './eventLines.ts'
import { rolloutText } from './rolloutText.ts'
import type { ReadableRollout } from './rolloutText.ts'
import type { RunDisplay } from './runDisplay.ts'
import { terminalDisplay } from './terminalDisplay.ts'

export interface StoryDisplay extends RunDisplay {
  /** What the run left last, as far as it has told. */
  last(): { readonly model: string | undefined; readonly prompt: string | undefined }
}

/** Columns of a terminal that does not say. */
const WIDTH = 100

/**
 * A run as a story: beside its progress three rollouts to read, from before, the middle and the end.
 * @param read what is known of a rollout beyond its event.
 */
export function storyDisplay(host: Host, read: (event: EventOf<'rolloutShown'>) => ReadableRollout): StoryDisplay {
  const display = terminalDisplay(host)
  const styles = stylesFor(host.stdout, host.env)
  let steps = 0
  let told: 'nothing' | 'before' | 'middle' = 'nothing'
  let latest: EventOf<'rolloutShown'> | undefined
  let model: string | undefined
  const tell = (rollout: EventOf<'rolloutShown'>, title: string): void =>
    display.notice(`\n${rolloutText(read(rollout), title, styles, host.stdout.columns || WIDTH)}\n`)
  const rollout = (event: EventOf<'rolloutShown'>): void => {
    latest = event
    if (told === 'nothing') {
      tell(event, event.step === 0 ? 'Before training' : `At step ${event.step}`)
      told = 'before'
    } else if (told === 'before' && event.step * 2 >= steps && event.step < steps) {
      tell(event, `At step ${event.step}`)
      told = 'middle'
    }
  }
  const event = (event: RunEvent): void => {
    if (event.type === 'runStarted') steps = event.steps
    if (event.type === 'rolloutShown') rollout(event)
    if (event.type === 'modelExported') model = event.directory
    if (event.type === 'runFinished' && latest && latest.step > 0) tell(latest, `After step ${latest.step}`)
    display.event(event)
  }
  return { event, checking: display.checking, notice: display.notice, end: display.end, last: () => ({ model, prompt: latest?.problem }) }
}
