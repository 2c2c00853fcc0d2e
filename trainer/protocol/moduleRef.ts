import { z } from 'zod'

/** A TypeScript or JavaScript module of the user's workspace; runs only after approval of its content. */
export const ModuleRef = z.strictObject({
  name: z.literal('module').describe('A TypeScript or JavaScript module of the workspace: it runs once its content is approved.'),
  path: z.string().min(1).describe('Path of the module, relative to the run file.'),
  options: z.record(z.string(), z.json()).default({}).describe('Handed to the module as they stand.')
})
export type ModuleRef = z.infer<typeof ModuleRef>
