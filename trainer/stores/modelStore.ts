import path from 'node:path'
import type { FileOps } from './fileOps.ts'
import { recoverFolder, saveFolder } from './folderSwap.ts'
import { listFolder, plainKind } from './plainFiles.ts'
import { RUN_FILES } from './runLayout.ts'

/** The policy that a finished run leaves: a Hugging Face folder for other programs to open; resuming never reads it. */
export class ModelStore {
  readonly #run: string
  readonly #ops: FileOps

  /** @param run the run directory; what a process killed while exporting left there is put right. */
  constructor(run: string, ops: FileOps) {
    this.#run = run
    this.#ops = ops
    for (const entry of listFolder(run)) if (entry.endsWith(`-${RUN_FILES.model}`)) recoverFolder(ops, run, entry)
  }

  /** The folder of the exported model; undefined before the run has finished. */
  get directory(): string | undefined {
    const place = path.join(this.#run, RUN_FILES.model)
    return plainKind(place) === 'folder' ? place : undefined
  }

  /** `fill` writes the model's files into the folder it is given; they appear at once, in place of an earlier export. */
  async save(fill: (folder: string) => Promise<void>): Promise<string> {
    return await saveFolder(this.#ops, this.#run, RUN_FILES.model, fill)
  }
}
