import fs from 'node:fs'
import path from 'node:path'
import { LabError } from '../../errors.ts'
import type { Dependencies } from '../attempts/dependencies.ts'
import type { RunnerCommand } from './testRunner.ts'

/** A command of a package that the project has installed, run by this program's own Node. Throws where it is not installed. */
export function nodeProgram({ nodeModules }: Dependencies, file: string, args: readonly string[]): RunnerCommand {
  const program = nodeModules.map((folder) => path.join(folder, file)).find((place) => fs.existsSync(place))
  if (program === undefined) {
    const name = file.split('/')[0]
    throw new LabError('sandbox', 'sandbox/unsupported', `${name} is not installed in the project: there is no node_modules/${file}.`, {
      remedy: `Install the project’s dependencies (npm install), ${name} among them.`
    })
  }
  return { ...nodeCommand(), command: [process.execPath, program, ...args] }
}

/** What Node itself needs. */
export const nodeCommand = (): Omit<RunnerCommand, 'command'> => ({
  readable: [path.dirname(fs.realpathSync(process.execPath))],
  environment: process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }
})
