import { z } from 'zod'
import { EngineName, OFFERED_ENGINES, RunFile } from './runFile.ts'

type Override = NonNullable<NonNullable<Parameters<typeof z.toJSONSchema>[1]>['override']>

/** Only what people can choose is offered. */
const offerEngines: Override = ({ zodSchema, jsonSchema }) => {
  if (zodSchema === EngineName) jsonSchema.enum = [...OFFERED_ENGINES]
}

/**
 * JSON Schema (draft-07) of run files. Describes what people write: defaults are optional.
 * @param offer names what is known beyond the protocol: recipes, environments, options.
 */
export function runFileJsonSchema(offer: Override = () => undefined): Record<string, unknown> {
  const override: Override = (context) => {
    offerEngines(context)
    offer(context)
  }
  return { ...z.toJSONSchema(RunFile, { target: 'draft-7', io: 'input', unrepresentable: 'any', override }), title: 'Rollout Lab run file' }
}
