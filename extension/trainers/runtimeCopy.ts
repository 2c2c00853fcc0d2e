import { createHash, randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import { isForThisPlatform, runtimeFiles } from './runtimeFiles.ts'

/** The trainer's programs in a folder of their own, which no update of the extension touches. */
export interface Runtime {
  readonly folder: string
  readonly version: string
  /** The bundled command line. */
  readonly lab: string
}

const DRAFT = '.draft-'
/** A runtime that was used so lately may be starting a trainer that has not entered itself yet. */
const FRESH_MILLISECONDS = 24 * 3600 * 1000

/**
 * Copies the runtime out of the extension's folder, unless that has been done for just this content. The copy appears whole
 * or not at all.
 * @param source the extension's folder. @param storage where runtimes are kept, one folder for each version.
 */
export async function copyRuntime(source: string, storage: string): Promise<Runtime> {
  const files = runtimeFiles(source)
  const { version } = JSON.parse(fs.readFileSync(path.join(source, 'package.json'), 'utf8')) as { version: string }
  const folder = path.join(storage, `${version}-${await contentHash(source, files)}-${process.platform}-${process.arch}`)
  if (!fs.existsSync(folder)) await copyWhole(source, files, folder)
  const now = new Date()
  await fs.promises.utimes(folder, now, now)
  return { folder, version, lab: path.join(folder, 'dist', 'lab.mjs') }
}

/** Of the bundles and the manifests of the packages: the same version number may stand for other code in a working tree. */
async function contentHash(source: string, files: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  for (const file of files) {
    const place = path.join(source, file)
    const plain = file.startsWith('node_modules') ? path.join(place, 'package.json') : place
    hash.update(file).update(await fs.promises.readFile(plain))
  }
  return hash.digest('hex').slice(0, 12)
}

async function copyWhole(source: string, files: readonly string[], folder: string): Promise<void> {
  const draft = `${folder}${DRAFT}${randomBytes(6).toString('hex')}`
  try {
    for (const file of files) {
      const options = { recursive: true, mode: fs.constants.COPYFILE_FICLONE, filter: (from: string) => isForThisPlatform(path.relative(source, from)) }
      await fs.promises.cp(path.join(source, file), path.join(draft, file), options)
    }
    await fs.promises.rename(draft, folder)
  } catch (error) {
    await fs.promises.rm(draft, { recursive: true, force: true })
    // Another window was faster; its copy is as good.
    if (!fs.existsSync(folder)) throw error
  }
}

/** Deletes runtimes that nothing needs any more. @param kept folders that a living trainer or this window uses. */
export async function sweepRuntimes(storage: string, kept: ReadonlySet<string>): Promise<void> {
  if (!fs.existsSync(storage)) return
  for (const entry of await fs.promises.readdir(storage, { withFileTypes: true })) {
    const folder = path.join(storage, entry.name)
    if (!entry.isDirectory() || kept.has(folder)) continue
    const { mtimeMs } = await fs.promises.stat(folder)
    if (Date.now() - mtimeMs > FRESH_MILLISECONDS) await fs.promises.rm(folder, { recursive: true, force: true })
  }
}
