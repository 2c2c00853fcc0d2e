import fs from 'node:fs'
import path from 'node:path'
import { parseBatchFileName, parseShardFileName, RUN_FILES } from '../stores/runLayout.ts'

export type Aspect = 'state' | 'metrics' | 'events' | 'rollouts' | 'summary'

/** What a look at a run found; an aspect whose text differs from the last time has changed. Undefined = the run is gone. */
export type RunSignature = Readonly<Record<Aspect, string>> | undefined

/** What a run's standing in a list rests on. */
const LISTED = [RUN_FILES.state, RUN_FILES.annotations, RUN_FILES.lock]

export function signatureOfRun(directory: string): RunSignature {
  if (signatureOf(directory) === '') return undefined
  const at = (name: string): string => path.join(directory, name)
  return {
    state: LISTED.map((name) => signatureOf(at(name))).join(),
    metrics: signatureOf(at(RUN_FILES.metrics)),
    events: signatureOf(at(RUN_FILES.events)),
    summary: signatureOf(at(RUN_FILES.summary)),
    rollouts: `${signatureOf(at(RUN_FILES.run))}\n${signatureOfRollouts(at(RUN_FILES.rollouts))}`
  }
}

/** The names in a folder of runs, when each was made or its state replaced, and whether a process holds it. */
export function signatureOfFolder(folder: string): string {
  return namesIn(folder).map((name) => [name, ...LISTED.map((file) => signatureOf(path.join(folder, name, file)))].join(' ')).join('\n')
}

/** The names in a folder of plain files, and when each was written. */
export function signatureOfFiles(folder: string): string {
  return namesIn(folder).map((name) => `${name} ${signatureOf(path.join(folder, name))}`).join('\n')
}

function signatureOfRollouts(folder: string): string {
  const names = namesIn(folder).filter((name) => parseShardFileName(name)?.part === 'shard' || parseBatchFileName(name) !== undefined)
  return names.map((name) => (isLookedInto(name) ? `${name} ${signatureOf(path.join(folder, name))}` : name)).join('\n')
}

/** Sealed steps are many, and what replaces one gives the run another record too. */
function isLookedInto(name: string): boolean {
  const stage = parseBatchFileName(name)?.stage
  return stage === undefined || stage === 'open'
}

function namesIn(folder: string): string[] {
  try {
    return fs.readdirSync(folder).sort()
  } catch {
    // Gone, or not to be read: the same as empty here, and told by those who read it.
    return []
  }
}

/** Changes when another file lies at the place, or more in it; empty where none does. */
export function signatureOf(place: string): string {
  try {
    const { ino, size, mtimeMs } = fs.lstatSync(place)
    return `${ino} ${size} ${mtimeMs}`
  } catch {
    // Absent, or not to be read.
    return ''
  }
}
