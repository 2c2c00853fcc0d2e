import { LabError } from '../errors.ts'
import { arithmeticChain } from './arithmeticChain.ts'
import { codeRepair } from './codeRepair.ts'
import { countdown } from './countdown.ts'
import type { Environment } from './environment.ts'
import { functionSynthesis } from './functionSynthesis.ts'
import { jsonl } from './jsonl.ts'
import { listFunctions } from './listFunctions.ts'
import { mazeWalk } from './mazeWalk.ts'
import { nearestName } from '../nearestName.ts'
import { sql } from './sql.ts'
import { stringComposition } from './stringComposition.ts'
import { workspace } from './workspace.ts'

const ENVIRONMENTS: readonly Environment[] = [countdown, arithmeticChain, stringComposition, listFunctions, mazeWalk, functionSynthesis, codeRepair, sql, workspace, jsonl]

export const environmentNames = (): string[] => ENVIRONMENTS.map((environment) => environment.name)

/** Throws `environment/unknown`, naming the nearest valid name. */
export function findEnvironment(name: string, place?: string): Environment {
  const found = ENVIRONMENTS.find((environment) => environment.name === name)
  if (found !== undefined) return found
  const names = environmentNames()
  const nearest = nearestName(name, names)
  const hint = nearest === undefined ? '' : ` Did you mean “${nearest}”?`
  throw new LabError('environment', 'environment/unknown', `There is no environment “${name}”.${hint}`, {
    remedy: `Use one of ${names.join(', ')}, or a module of the workspace.`,
    ...(place === undefined ? {} : { place })
  })
}

/** An environment with its options checked and, where it reads files, with its data loaded. */
export interface OpenEnvironment {
  readonly environment: Environment
  readonly options: unknown
}

/**
 * Finds, checks the options and opens. Relative paths in options start from `baseFolder`. Throws `environment/unknown`,
 * `environment/bad-options`, or what reading the data throws.
 */
export async function openEnvironment(
  reference: { readonly name: string; readonly options?: unknown },
  baseFolder: string,
  place?: string
): Promise<OpenEnvironment> {
  const found = findEnvironment(reference.name, place)
  const options = parseOptions(found, reference.options ?? {}, place)
  const environment = found.open === undefined ? found : await found.open(options, baseFolder)
  return { environment, options }
}

/** Options with defaults filled in. Throws `environment/bad-options` naming each field. */
export function parseOptions(environment: Environment, options: unknown, place?: string): unknown {
  return check(environment, 'options', environment.options.safeParse(options), place)
}

/** Parameters of the trace generator with defaults filled in. Throws `environment/bad-mix` naming each field. */
export function parseMix(environment: Environment, mix: unknown, place?: string): unknown {
  return check(environment, 'mix', environment.mix.safeParse(mix), place)
}

type SafeParsed = ReturnType<Environment['options']['safeParse']>

function check(environment: Environment, what: 'options' | 'mix', parsed: SafeParsed, place: string | undefined): unknown {
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map((issue) => `${[what, ...issue.path].join('.')}: ${issue.message}`)
  throw new LabError('environment', `environment/bad-${what}`, `${environment.name}: ${faults.join('; ')}.`, {
    remedy: `Correct the ${what} of the environment “${environment.name}”.`,
    ...(place === undefined ? {} : { place })
  })
}
