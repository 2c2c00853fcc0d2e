import { resolve } from 'node:path'
import type { Accelerator } from '../../engines/torch/setup/choosePackages.ts'
import type { SetupEvent } from '../../engines/torch/setup/setUpTorch.ts'
import { LabError } from '../../errors.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import type { Services } from '../services.ts'
import { plainLine } from '../terminal/plainText.ts'
import { devicesInWords, versionsInWords } from '../torch/pythonWords.ts'

export interface SetupTorchOptions {
  /** Default: the folder that command line and editor share. */
  readonly into?: string
  readonly device: Accelerator
  readonly package: readonly string[]
  readonly indexUrl?: string
  readonly json: boolean
}

/** Makes an environment with PyTorch, or completes one; Ctrl-C removes what it had begun. */
export async function setupTorchCommand(host: Host, services: Services, options: SetupTorchOptions): Promise<ExitCode> {
  const folder = options.into === undefined ? services.torchEnvironmentFolder : resolve(host.cwd, options.into)
  const stop = new AbortController()
  const dispose = host.onSignal(() => stop.abort())
  const print = (text: string): unknown => host.stdout.write(`${text}\n`)
  const report = (event: SetupEvent): void => void print(options.json ? JSON.stringify(event) : inWords(event))
  try {
    const { python, report: found } = await services.setUpTorch({
      folder, accelerator: options.device, packages: options.package, indexUrl: options.indexUrl, report, signal: stop.signal
    })
    if (options.json) print(JSON.stringify({ kind: 'made', python, ...found }))
    else print(`${python}: ${versionsInWords(found)}; ${devicesInWords(found)}\nRun files with "engine": "torch" use it from now on.`)
    return EXIT.finished
  } catch (error) {
    if (!LabError.is(error, 'setup/cancelled')) throw error
    host.stderr.write(`${error.message}\n`)
    return EXIT.stopped
  } finally {
    dispose()
  }
}

const inWords = (event: SetupEvent): string => (event.kind === 'step' ? `[${event.done}/${event.of}] ${event.text}` : `      ${plainLine(event.text)}`)
