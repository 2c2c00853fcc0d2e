import { existsSync } from 'node:fs'
import type { RunDisplay } from './display/runDisplay.ts'
import type { Host } from './host.ts'
import { quoteArgument } from './quoteArgument.ts'
import type { RunControl, RunOutcome } from './services.ts'
import { listenForStop } from './stopRequests.ts'
import { plainLine } from './terminal/plainText.ts'

/** Shows a run until it ends, with Ctrl-C asking it to stop; says how to go on with one that did not finish. */
export async function watched(
  host: Host, display: RunDisplay, directory: string, start: (control: RunControl) => Promise<RunOutcome>
): Promise<RunOutcome> {
  const stop = listenForStop(host, (text) => display.notice(text))
  try {
    const outcome = await start({ safePoint: stop.safePoint, now: stop.now, onEvent: (event) => display.event(event) })
    display.end()
    display.notice(outcome.state === 'finished' ? `The run lies in ${plainLine(outcome.directory)}` : `Stopped. ${resumeHint(host, outcome.directory)}`)
    return outcome
  } catch (error) {
    display.end()
    if (existsSync(directory)) display.notice(`The run stays as it is. ${resumeHint(host, directory)}`)
    throw error
  } finally {
    stop.dispose()
  }
}

const resumeHint = (host: Host, directory: string): string => `Go on with: ${host.command} resume ${quoteArgument(plainLine(directory))}`
