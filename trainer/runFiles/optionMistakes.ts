import { explainIssues } from './explainIssues.ts'
import type { Explained, Places } from './explainIssues.ts'
import type { JsonPath } from './jsonDocument.ts'
import type { Mistake } from './runFileError.ts'
import type { JsonSchema } from './schemaWalk.ts'

/** zod's findings on a value, with the schema that it breaks. */
export interface SchemaFindings {
  readonly issues: Parameters<typeof explainIssues>[0]
  readonly schema: JsonSchema
}

/** Wrong options of something that has a schema of its own. Of an unknown field is said which there are: people see them nowhere else. */
export const optionMistakes = ({ issues, schema }: SchemaFindings, given: Omit<Explained, 'schema' | 'listsFields'>): Mistake[] =>
  explainIssues(issues, { ...given, schema, listsFields: true })

/** Places of what lies below a path. */
export const below = (places: Places, prefix: JsonPath): Places => ({
  place: (path) => places.place([...prefix, ...path]),
  placeOfKey: (path) => places.placeOfKey([...prefix, ...path])
})
