import type { OpenEnvironment } from '../environments/registry.ts'
import { LabError } from '../errors.ts'
import type { EnvironmentRef } from '../protocol/runFile.ts'
import type { Workspace } from './services.ts'

/** An environment that people named on the command line, where no run file says from which folder paths start. */
export async function openHere(workspace: Workspace, name: string, options: Record<string, unknown>): Promise<OpenEnvironment> {
  try {
    return await workspace.environment({ name, options, weight: 1 } as EnvironmentRef)
  } catch (error) {
    if (!LabError.is(error, 'dataset/unreadable')) throw error
    throw new LabError(error.boundary, error.code, error.message, {
      place: '--options', remedy: 'Check that "path" names a file that you may read; relative paths start from the folder where the command is given.', cause: error
    })
  }
}
