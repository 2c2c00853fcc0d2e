import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { shippedCatalogue } from '../../trainer/cli/catalogue.ts'
import { loadRunFile } from '../../trainer/runFiles/loadRunFile.ts'
import type { LoadedRunFile } from '../../trainer/runFiles/loadRunFile.ts'

export const samplesFolder = fileURLToPath(new URL('../../samples', import.meta.url))
/** Stands for a model that readers of a sample bring themselves. */
export const TO_FILL_IN = 'fill-in-a-model-folder'

/** Paths below `samples/`, sorted. */
export const runFiles = readdirSync(samplesFolder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.run.json')).sort()

export const modelFolders = readdirSync(join(samplesFolder, 'models')).filter((name) => existsSync(join(samplesFolder, 'models', name, 'config.json'))).sort()

export function loadSample(name: string, settings: readonly string[] = []): LoadedRunFile {
  return loadRunFile(join(samplesFolder, name), settings, shippedCatalogue, name)
}
