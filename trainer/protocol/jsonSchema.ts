import { z } from 'zod'
import { EngineName, OFFERED_ENGINES, RunFile } from './runFile.ts'

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>

/** Only what people can choose is offered. */
export const offerEngines: Override = ({ zodSchema, jsonSchema }) => {
  if (zodSchema === EngineName) jsonSchema.enum = [...OFFERED_ENGINES]
}

/** JSON Schema (draft-07) of run files, for editors. Describes what people write: defaults are optional. */
export function runFileJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(RunFile, { target: 'draft-7', io: 'input', unrepresentable: 'any', override: offerEngines }), title: 'Rollout Lab run file' }
}
