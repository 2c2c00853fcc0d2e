import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { readModuleSources } from './moduleSources.ts'
import { requireTrust } from './trust.ts'
import type { ApprovedModule } from './trust.ts'

/** A workspace in a temporary folder, gone after the test. */
export class Workspace {
  readonly folder = mkdtempSync(join(tmpdir(), 'lab-module-'))

  /** Writes a file and returns its absolute path. */
  write(name: string, text: string): string {
    const path = join(this.folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  /** Writes a module and approves it. */
  approved(name: string, text: string): ApprovedModule {
    this.write(name, text)
    return requireTrust(readModuleSources(name, this.folder), { approvalsFile: join(this.folder, 'none.json'), trustWorkspace: true })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
