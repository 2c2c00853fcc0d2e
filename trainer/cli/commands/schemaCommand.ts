import { runFileJsonSchema } from '../../protocol/jsonSchema.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'

/** Prints the JSON Schema (draft-07) of run files. */
export function schemaCommand(host: Host): ExitCode {
  host.stdout.write(`${JSON.stringify(runFileJsonSchema(), null, 2)}\n`)
  return EXIT.finished
}
