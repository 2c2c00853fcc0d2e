import { readState } from '../../stores/stateStore.ts'
import { jsonDisplay } from '../display/jsonDisplay.ts'
import { terminalDisplay } from '../display/terminalDisplay.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { givenFolder } from '../givenPlaces.ts'
import type { Host } from '../host.ts'
import type { Services } from '../services.ts'
import { watched } from '../watchRun.ts'

/** Goes on with a run that was stopped or killed. */
export async function resumeCommand(
  host: Host, services: Services, named: string, options: { readonly json: boolean; readonly trustWorkspace: boolean; readonly unsafeSandbox: boolean }
): Promise<ExitCode> {
  const directory = givenFolder(host, named, { remedy: `Name the directory of a run. List those made here with: ${host.command} runs` })
  if (!options.json && readState(directory)?.status === 'finished') host.stderr.write('The run is finished: nothing is left to do.\n')
  const display = options.json ? jsonDisplay(host) : terminalDisplay(host)
  const outcome = await watched(host, display, directory, (control) => services.resume(directory, { ...options, asksGit: options.trustWorkspace }, control))
  return outcome.state === 'finished' ? EXIT.finished : EXIT.stopped
}
