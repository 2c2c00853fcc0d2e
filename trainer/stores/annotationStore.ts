import path from 'node:path'
import { z } from 'zod'
import { diskFileOps } from './fileOps.ts'
import { readJsonFile, writeJsonFile } from './jsonFile.ts'
import { RUN_FILES } from './runLayout.ts'

/** annotations.json: what the user says of a run. The trainer neither reads nor writes it. */
export const Annotations = z.object({
  version: z.literal(1),
  name: z.string().max(200).optional(),
  notes: z.string().max(100_000).default(''),
  tags: z.array(z.string().max(60)).max(50).default([]),
  pinned: z.boolean().default(false)
})
export type Annotations = z.output<typeof Annotations>

export function readAnnotations(directory: string): Annotations {
  return readJsonFile(path.join(directory, RUN_FILES.annotations), Annotations) ?? Annotations.parse({ version: 1 })
}

/** Replaces what is given and keeps the rest; an empty name gives the run file's back. */
export function annotate(directory: string, change: Partial<Omit<Annotations, 'version'>>): void {
  const { name, ...rest } = { ...readAnnotations(directory), ...change }
  const plain = name?.trim() ?? ''
  writeJsonFile(path.join(directory, RUN_FILES.annotations), Annotations.parse({ ...rest, ...(plain === '' ? {} : { name: plain }) }), diskFileOps)
}
