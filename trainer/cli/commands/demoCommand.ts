import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from '../../errors.ts'
import { loadRunFile } from '../../runFiles/loadRunFile.ts'
import { suggestion } from '../../runFiles/nearestName.ts'
import { jsonDisplay } from '../display/jsonDisplay.ts'
import { storyDisplay } from '../display/storyDisplay.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { rolloutReader } from '../rolloutReader.ts'
import { quoteArgument } from '../quoteArgument.ts'
import type { Services } from '../services.ts'
import { plainLine } from '../terminal/plainText.ts'
import { definitions } from '../terminal/table.ts'
import { watched } from '../watchRun.ts'

export interface DemoOptions {
  readonly sample: string
  readonly set: readonly string[]
  readonly out?: string
  readonly json: boolean
}

/** Trains a sample and shows it learning: progress, three rollouts to read, held-out figures before and after. */
export async function demoCommand(host: Host, services: Services, options: DemoOptions): Promise<ExitCode> {
  const loaded = loadRunFile(sampleFile(services.samplesFolder, options.sample), options.set, services.catalogue, `samples/${options.sample}/rl.run.json`)
  const directory = options.out ?? services.newRunDirectory(loaded.run, host.cwd)
  const story = storyDisplay(host, await rolloutReader(services, loaded.run, loaded.folder))
  const display = options.json ? jsonDisplay(host) : story
  if (!options.json) host.stdout.write(`${introduction(loaded.run.name, loaded.run.notes)}\n`)
  const request = { run: loaded.run, folder: loaded.folder, source: { path: loaded.file, text: loaded.text }, directory, trustWorkspace: false }
  const outcome = await watched(host, display, directory, (control) => services.launch(request, control))
  if (outcome.state === 'stopped') return EXIT.stopped
  if (!options.json) host.stdout.write(`${farewell(outcome.directory, loaded.run.environment?.name, story.lastCheckpoint())}\n`)
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

function farewell(directory: string, environment: string | undefined, checkpoint: string | undefined): string {
  const lab = 'npm run -s lab --'
  const rows: [string, string][] = [['all runs', `${lab} runs`]]
  if (checkpoint !== undefined && environment !== undefined) {
    rows.unshift(
      ['ask the model', `${lab} sample ${quoteArgument(checkpoint)} --prompt ${quoteArgument('…')}`],
      ['evaluate it', `${lab} eval ${quoteArgument(checkpoint)} --environment ${environment}`]
    )
  }
  return `What was recorded (rollouts, metrics, checkpoints): ${plainLine(directory)}\nWhat to do next:\n${definitions(rows)}`
}
