import { z } from 'zod'
import { Sha256 } from './sha256.ts'

/** A TypeScript or JavaScript module of the user's workspace; runs only after approval of its content. */
export const ModuleRef = z.strictObject({
  name: z.literal('module').describe('A TypeScript or JavaScript module of the workspace: it runs once its content is approved.'),
  path: z.string().min(1).describe('Path of the module, relative to the run file.'),
  options: z.record(z.string(), z.json()).default({}).describe('Handed to the module as they stand.')
})
export type ModuleRef = z.infer<typeof ModuleRef>

/** Code that was refused, and the content that an approval would be of. */
export const UnapprovedModule = z.object({ file: z.string(), hash: Sha256 })
export type UnapprovedModule = z.infer<typeof UnapprovedModule>
