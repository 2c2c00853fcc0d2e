import { plainLine } from '../plainText.ts'
import type { Shell } from '../shell.ts'
import { consenting } from './consent.ts'
import type { Asking } from './consent.ts'
import { openLive, sayQueued, showStart } from './launch.ts'
import type { Consented } from './refusals.ts'
import { slowStart } from './slowStart.ts'

/** Resumes a run, or queues it, and opens what shows it. */
export async function resumeRun(shell: Shell, directory: string, consentedTo: (asking: Asking) => Consented = consenting): Promise<void> {
  const { source, card } = await shell.queries.ask('runs/details', { run: directory })
  const resumed = await consentedTo({ lab: shell.lab, file: source.path })((consents) =>
    slowStart((signal) => shell.trainers.resume(directory, consents, signal), showStart(`Resuming ${plainLine(card.name, 60)}`)))
  if (!resumed) return
  if (resumed.queued) sayQueued(1)
  else await openLive(shell, [directory])
}
