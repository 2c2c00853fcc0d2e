import type { OpenEnvironment } from '../environments/registry.ts'
import { LabError } from '../errors.ts'
import { nearestName } from '../nearestName.ts'
import type { EnvironmentRef } from '../protocol/runFile.ts'
import { optionMistakes } from '../runFiles/optionMistakes.ts'
import { RunFileError } from '../runFiles/runFileError.ts'
import { shippedCatalogue } from './catalogue.ts'
import type { Workspace } from './services.ts'

const OPTIONS = '--options'

/**
 * An environment that people named on the command line, where no run file says from which folder paths start.
 * @param place where they named it.
 */
export async function openHere(workspace: Workspace, name: string, options: Record<string, unknown>, place: string): Promise<OpenEnvironment> {
  refuseName(name, place)
  refuseOptions(name, options)
  try {
    return await workspace.environment({ name, options, weight: 1 } as EnvironmentRef)
  } catch (error) {
    if (!LabError.is(error, 'dataset/unreadable')) throw error
    throw new LabError(error.boundary, error.code, error.message, {
      place: OPTIONS, remedy: 'Check that "path" names a file that you may read; relative paths start from the folder where the command is given.', cause: error
    })
  }
}

/** Those of modules have a path and consent to them, which only a run file and its command line give. */
function refuseName(name: string, place: string): void {
  const { environments } = shippedCatalogue
  if (environments.includes(name)) return
  const nearest = nearestName(name, environments)
  throw new LabError('environment', 'environment/unknown', `There is no environment “${name}”.`, {
    place, remedy: `${nearest === undefined ? '' : `Did you mean “${nearest}”? `}There are ${environments.join(', ')}.`
  })
}

/** What is wrong with the options, in the words of run files. */
function refuseOptions(name: string, options: Record<string, unknown>): void {
  const places = { place: () => OPTIONS, placeOfKey: () => OPTIONS }
  RunFileError.refuse(OPTIONS, optionMistakes(shippedCatalogue.environmentIssues(name, options), { value: options, title: `the options of ${name}`, places }))
}
