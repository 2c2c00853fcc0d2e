import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createFakeEngine } from '../engines/fake/fakeEngine.ts'
import { findEnvironment } from '../environments/registry.ts'
import { NewModel } from '../protocol/runFile.ts'
import { compose } from './compose.ts'
import { runCommandLine } from './program.ts'
import type { Services } from './services.ts'
import { testHost } from './testHost.fixture.ts'
import type { TestHost } from './testHost.fixture.ts'

const shipped = compose(join(import.meta.dirname, '../..'))

export interface Answer {
  readonly code: number
  readonly host: TestHost
  /** Output with the folder written as `<folder>`. */
  readonly out: string
  readonly err: string
}

/** Gives a command in a folder, with the services that are shipped or others in their place. */
export async function commandLine(folder: string, args: string[], services: Partial<Services> = {}, host = testHost({ cwd: folder })): Promise<Answer> {
  const code = await runCommandLine(args, host, { ...shipped, ...services })
  return { code, host, out: host.out().replaceAll(folder, '<folder>'), err: host.err().replaceAll(folder, '<folder>') }
}

/** A folder for the tests of a `describe`, with a new model of the fake engine in `base`. */
export function folderWithModel(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lab-'))
  before(async () => {
    const engine = createFakeEngine()
    await engine.loadModel({ kind: 'new', model: NewModel.parse({ contextLength: 96 }), vocabulary: findEnvironment('arithmetic-chain').vocabulary, seed: 3 })
    await engine.save(join(folder, 'base'), { optimizer: false, dtype: 'float32' })
  })
  after(() => rmSync(folder, { recursive: true }))
  return folder
}
