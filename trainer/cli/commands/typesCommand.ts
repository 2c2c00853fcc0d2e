import { copyFileSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import type { Services } from '../services.ts'
import { plainLine } from '../terminal/plainText.ts'
import { makeFolder, requireWritable } from '../writableFolder.ts'

const TYPES = 'rollout-lab.d.ts'
const CONFIGURATION = 'tsconfig.json'
const ELSEWHERE = 'Name a folder that you may write into.'

/** Puts the types of user modules beside them, with the configuration by which editors find them where there is none yet. */
export function typesCommand(host: Host, services: Services, named: string): ExitCode {
  const folder = resolve(host.cwd, named)
  const sample = join(services.samplesFolder, 'user-modules')
  makeFolder(folder, ELSEWHERE)
  requireWritable(folder, ELSEWHERE)
  copyFileSync(join(sample, TYPES), join(folder, TYPES))
  host.stdout.write(`Wrote ${plainLine(join(folder, TYPES))}\n`)
  const configuration = join(folder, CONFIGURATION)
  if (existsSync(configuration)) {
    host.stdout.write(`Kept ${plainLine(configuration)}; it needs "paths": { "rollout-lab": ["./${TYPES}"] } among its compilerOptions.\n`)
  } else {
    copyFileSync(join(sample, CONFIGURATION), configuration)
    host.stdout.write(`Wrote ${plainLine(configuration)}\n`)
  }
  return EXIT.finished
}
