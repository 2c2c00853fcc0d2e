import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../errors.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import type { LoadedRunFile } from '../runFiles/loadRunFile.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import type { RunDisplay } from './display/runDisplay.ts'
import type { Host } from './host.ts'
import { canBeResumed } from './newRunFolder.ts'
import { isBadInput } from './printError.ts'
import { quoteArgument } from './quoteArgument.ts'
import type { LaunchRequest, RunControl, RunOutcome } from './services.ts'
import { listenForStop } from './stopRequests.ts'
import { plainLine } from './terminal/plainText.ts'

/** What people said may be done. */
export type Consents = Pick<LaunchRequest, 'trustWorkspace' | 'trustedModules' | 'asksGit' | 'acceptPaidCheats' | 'unsafeSandbox'>

/** @param run that of the file, or with another seed. */
export function launchRequest({ folder, file, text }: LoadedRunFile, run: ResolvedRun, directory: string, consents: Consents): LaunchRequest {
  return { run, folder, source: { path: file, text }, directory, ...consents }
}

/**
 * Shows a run until it ends, with Ctrl-C asking it to stop; says how to go on with one that this call began or went on with and that
 * did not finish, unless its input was at fault.
 */
export async function watched(
  host: Host, display: RunDisplay, directory: string, start: (control: RunControl) => Promise<RunOutcome>
): Promise<RunOutcome> {
  const stop = listenForStop(host, (text) => display.notice(text))
  const wasThere = holdsRun(directory)
  let recorded = false
  try {
    const outcome = await start({ safePoint: stop.safePoint, now: stop.now, onEvent: (event) => { recorded = true; display.event(event) }, onCheck: (done, of) => display.checking(done, of) })
    display.end()
    const goOn = existsSync(outcome.directory) ? ` ${resumeHint(host, outcome.directory)}` : ''
    display.notice(outcome.state === 'finished' ? liesIn(outcome.directory) : `Stopped.${goOn}`)
    return outcome
  } catch (error) {
    display.end()
    recorded ||= !wasThere && !isOfAnother(error) && holdsRun(directory)
    const goOn = isBadInput(error) || !canBeResumed(directory) ? '' : ` ${resumeHint(host, directory)}`
    if (recorded && existsSync(directory)) display.notice(`What happened until then is recorded in ${plainLine(directory)}.${goOn}`)
    throw error
  } finally {
    stop.dispose()
  }
}

/** Another process was quicker: the run that lies there is its run. */
const isOfAnother = (error: unknown): boolean => LabError.is(error, 'run-in-use') || LabError.is(error, 'run-exists')
const holdsRun = (directory: string): boolean => existsSync(join(directory, RUN_FILES.run))
const liesIn = (directory: string): string => `The run lies in ${plainLine(directory)}`
const resumeHint = (host: Host, directory: string): string => `Go on with: ${host.command} resume ${quoteArgument(plainLine(directory))}`
