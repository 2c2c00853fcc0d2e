import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'jsonc-parser'

/** What runs share: one waits while another is on its device. */
export type DeviceName = string

/** The CPU, which the embedded engine computes on; the name of entries that say nothing. */
export const CPU: DeviceName = 'cpu'

/** Which GPU `auto` finds only the engine knows: it counts as the first. @param gpu whether there may be one */
export function deviceOfFile(file: string, overrides: readonly string[], gpu: boolean): DeviceName {
  const { engine, device = 'auto' } = engineOfFile(file, overrides)
  if (engine !== 'torch' || device === 'cpu' || (device === 'auto' && !gpu)) return CPU
  return `gpu ${/^cuda:(\d+)$/.exec(device)?.[1] ?? 0}`
}

/** Engine and device as a run file and its overrides name them. */
export function engineOfFile(file: string, overrides: readonly string[]): { readonly engine?: string | undefined; readonly device?: string | undefined } {
  const run = read(file)
  const torch = run['torch'] as { readonly device?: unknown } | null | undefined
  const chosen = (name: string, written: unknown): string | undefined => plain(overrides.findLast((override) => override.startsWith(`${name}=`))?.slice(name.length + 1) ?? written)
  return { engine: chosen('engine', run['engine']), device: chosen('torch.device', torch?.device) }
}

/** Of a run that goes on. */
export const deviceOfRun = (directory: string, gpu: boolean): DeviceName => deviceOfFile(path.join(directory, 'run.json'), [], gpu)
export const engineOfRun = (directory: string): ReturnType<typeof engineOfFile> => engineOfFile(path.join(directory, 'run.json'), [])

/** Settings may be written as JSON texts. */
const plain = (value: unknown): string | undefined => (typeof value === 'string' ? value.replace(/^"(.*)"$/, '$1') : undefined)

/** What cannot be read is refused by the trainer, in better words. */
function read(file: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = parse(readFileSync(file, 'utf8'))
    const run = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
    // A run's own record holds the resolved file.
    return typeof run['run'] === 'object' && run['run'] !== null ? (run['run'] as Record<string, unknown>) : run
  } catch {
    return {}
  }
}
