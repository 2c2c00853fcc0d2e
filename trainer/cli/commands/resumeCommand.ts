import { resolve } from 'node:path'
import { jsonDisplay } from '../display/jsonDisplay.ts'
import { terminalDisplay } from '../display/terminalDisplay.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import type { Services } from '../services.ts'
import { watched } from '../watchRun.ts'

/** Goes on with a run that was stopped or killed. */
export async function resumeCommand(
  host: Host, services: Services, named: string, options: { readonly json: boolean; readonly trustWorkspace: boolean }
): Promise<ExitCode> {
  const directory = resolve(host.cwd, named)
  const display = options.json ? jsonDisplay(host) : terminalDisplay(host)
  const outcome = await watched(host, display, directory, (control) => services.resume(directory, options, control))
  return outcome.state === 'finished' ? EXIT.finished : EXIT.stopped
}
