import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import { jsonDisplay } from '../display/jsonDisplay.ts'
import { terminalDisplay } from '../display/terminalDisplay.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import type { Services } from '../services.ts'
import { watched } from '../watchRun.ts'

/** Goes on with a run that was stopped or killed. */
export async function resumeCommand(
  host: Host, services: Services, named: string, options: { readonly json: boolean; readonly trustWorkspace: boolean; readonly unsafeSandbox: boolean }
): Promise<ExitCode> {
  const directory = resolve(host.cwd, named)
  if (!existsSync(directory)) throw noSuchRun(host, named)
  const display = options.json ? jsonDisplay(host) : terminalDisplay(host)
  const outcome = await watched(host, display, directory, (control) => services.resume(directory, { ...options, asksGit: options.trustWorkspace }, control))
  return outcome.state === 'finished' ? EXIT.finished : EXIT.stopped
}

function noSuchRun(host: Host, named: string): LabError {
  return new LabError('usage', 'usage/no-run', `There is no directory ${named}.`, {
    place: named, remedy: `List the runs made here with: ${host.command} runs`
  })
}
