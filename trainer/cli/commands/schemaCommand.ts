import { runFileSchema } from '../editorFiles.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'

/** Prints the JSON Schema (draft-07) of run files, as editors have it. */
export function schemaCommand(host: Host): ExitCode {
  host.stdout.write(`${JSON.stringify(runFileSchema(), null, 2)}\n`)
  return EXIT.finished
}
