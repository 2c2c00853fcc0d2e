import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { commandLine } from './commandLine.fixture.ts'
import type { Answer } from './commandLine.fixture.ts'
import { story, summary } from './runEvents.fixture.ts'
import type { LaunchRequest, RunControl, RunOutcome, Services } from './services.ts'
import type { TestHost } from './testHost.fixture.ts'

export const RUN_FILE = `{
  "name": "tiny", "engine": "fake", "model": { "contextLength": 128 }, "environment": { "name": "arithmetic-chain" },
  "steps": 2, "problemsPerStep": 4, "groupSize": 2, "sampling": { "maxTokens": 8 }, "filter": { "dropZeroVariance": false },
  "evaluation": { "problems": 4, "samples": 2, "k": [1, 2] }
}`

export interface RunFolder {
  readonly folder: string
  /** Gives a command in the folder. */
  readonly lab: (args: string[], services?: Partial<Services>, host?: TestHost) => Promise<Answer>
}

/** A new folder for each test of a `describe`, with `RUN_FILE` in `a.run.json`. */
export function eachInRunFolder(): RunFolder {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lab-'))
    writeFileSync(join(folder, 'a.run.json'), RUN_FILE)
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  return { get folder() { return folder }, lab: (args, services, host) => commandLine(folder, args, services, host) }
}

/** A trainer that plays the story and finishes. */
export const launching = (outcome: Partial<RunOutcome> = {}, play?: (request: LaunchRequest, control: RunControl) => void): Partial<Services> => ({
  launch: async (request, control) => {
    for (const one of story()) control.onEvent(one)
    mkdirSync(request.directory, { recursive: true })
    play?.(request, control)
    return { state: 'finished', directory: request.directory, summary: summary('finished', request.run.seed / 10), ...outcome }
  }
})

/** What was printed as one JSON document a line. */
export const lines = (text: string): unknown[] => text.trimEnd().split('\n').map((line) => JSON.parse(line))
