import { z } from 'zod'
import { RunFile } from './runFile.ts'

/** JSON Schema (draft-07) of run files, for editors. Describes what people write: defaults are optional. */
export function runFileJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(RunFile, { target: 'draft-7', io: 'input', unrepresentable: 'any' }), title: 'Rollout Lab run file' }
}
