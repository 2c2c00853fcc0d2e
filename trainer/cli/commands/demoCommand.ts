import { existsSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import { loadRunFile } from '../../runFiles/loadRunFile.ts'
import { suggestion } from '../../nearestName.ts'
import { jsonDisplay } from '../display/jsonDisplay.ts'
import { storyDisplay } from '../display/storyDisplay.ts'
import type { StoryDisplay } from '../display/storyDisplay.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { requireUnused } from '../newRunFolder.ts'
import { rolloutReader } from '../rolloutReader.ts'
import { quoteArgument } from '../quoteArgument.ts'
import type { Services } from '../services.ts'
import { plainLine } from '../terminal/plainText.ts'
import { definitions } from '../terminal/table.ts'
import { launchRequest, watched } from '../watchRun.ts'
import { requireWritable, WRITABLE_OUT } from '../writableFolder.ts'

export interface DemoOptions {
  readonly sample: string
  readonly set: readonly string[]
  readonly out?: string
  readonly json: boolean
}

/** Trains a sample and shows it learning: progress, three rollouts to read, held-out figures before and after. */
export async function demoCommand(host: Host, services: Services, options: DemoOptions): Promise<ExitCode> {
  const file = sampleFile(services.samplesFolder, options.sample)
  const loaded = loadRunFile(file, options.set, services.catalogue, `samples/${options.sample}/rl.run.json`)
  const directory = options.out === undefined ? services.newRunDirectory(loaded.run, host.cwd) : resolve(host.cwd, options.out)
  requireUnused(host, directory)
  requireWritable(directory, WRITABLE_OUT)
  const story = storyDisplay(host, await rolloutReader(services, loaded.run, loaded.folder))
  const display = options.json ? jsonDisplay(host) : story
  if (!options.json) host.stdout.write(`${introduction(loaded.run.name, loaded.run.notes)}\n`)
  const request = launchRequest(loaded, loaded.run, directory, { trustWorkspace: false, asksGit: true })
  const outcome = await watched(host, display, directory, (control) => services.launch(request, control))
  if (outcome.state === 'stopped') return EXIT.stopped
  if (!options.json) host.stdout.write(`${whatNext(host.command, directory, story.last())}\n`)
  return EXIT.finished
}

function sampleFile(samples: string, name: string): string {
  const file = join(samples, name, 'rl.run.json')
  if (/^[\w-]+$/.test(name) && existsSync(file)) return file
  const names = existsSync(samples) ? readdirSync(samples).filter((folder) => existsSync(join(samples, folder, 'rl.run.json'))) : []
  throw new LabError('usage', 'usage/sample', `There is no sample "${name}".`, { place: '--sample', remedy: suggestion(name, names, 'samples') })
}

function introduction(name: string, notes: string): string {
  const about = plainLine(notes)
  return `Reinforcement learning with verifiable rewards: ${plainLine(name)}${about === '' ? '' : `\n${about}`}`
}

function whatNext(lab: string, directory: string, { model, prompt }: ReturnType<StoryDisplay['last']>): string {
  const rows: [string, string][] = [['list runs', `${lab} runs`]]
  if (model !== undefined) {
    const folder = quoteArgument(model)
    rows.unshift(['ask the model', `${lab} sample ${folder} --prompt ${quoteArgument(plainLine(prompt ?? '…'))}`])
    rows.unshift(['evaluate it', `${lab} eval ${folder} --as-run ${quoteArgument(directory)}`])
  }
  return `What to do next:\n${definitions(rows)}`
}
