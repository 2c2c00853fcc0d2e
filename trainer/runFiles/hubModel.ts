import { existsSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** How a run file names a model of the Hugging Face hub: hub:ORGANISATION/NAME, perhaps with @REVISION. */
const HUB_NAME = /^hub:(\w[\w.-]*\/\w[\w.-]*)(?:@(\w[\w.-]*))?$/

/** Whether the hub may call a model so: ORGANISATION/NAME. */
export const isNameOfHub = (name: string): boolean => HUB_NAME.test(`hub:${name}`)

export const isHubName = (written: string): boolean => written.startsWith('hub:')

/** Where a model lies that is written as a folder, relative to another one, or as one of the hub: in the local cache. */
export function modelPlace(written: string, relativeTo: string, environment: NodeJS.ProcessEnv = process.env): string {
  return isHubName(written) ? cachedModel(written, environment) : resolve(relativeTo, written)
}

/** Folder of the model's files in the hub's cache, as `hf download` lays it out; one that does not exist where they are not there. */
function cachedModel(written: string, environment: NodeJS.ProcessEnv): string {
  const [, name = 'unknown/unknown', revision = 'main'] = HUB_NAME.exec(written) ?? []
  const folder = join(hubCache(environment), `models--${name.replace('/', '--')}`)
  const reference = join(folder, 'refs', revision)
  const commit = existsSync(reference) ? readFileSync(reference, 'utf8').trim() : revision
  return join(folder, 'snapshots', /^[\w.-]+$/.test(commit) ? commit : 'none')
}

/** As huggingface_hub finds it. */
function hubCache(environment: NodeJS.ProcessEnv): string {
  const named = environment['HF_HUB_CACHE'] ?? environment['HUGGINGFACE_HUB_CACHE']
  if (named) return resolve(named)
  const home = environment['HF_HOME'] ?? join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'huggingface')
  return resolve(home, 'hub')
}

/** What would bring it. */
export function downloadRemedy(written: string): string {
  const [, name, revision] = HUB_NAME.exec(written) ?? []
  if (name === undefined) return 'write hub:ORGANISATION/NAME, such as hub:Qwen/Qwen2.5-0.5B-Instruct'
  return `download it once: hf download ${name}${revision === undefined ? '' : ` --revision ${revision}`}`
}
