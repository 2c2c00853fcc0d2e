import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { randomStream } from '../../trainer/random/random.ts'
import { fingerprint } from '../../trainer/workspaces/repository.fixture.ts'
import { sampleWorkspace, scratchFolder } from './places.ts'
import type { SampleName } from './places.ts'

const ATTEMPTS = fileURLToPath(new URL('attemptsUnderKills.ts', import.meta.url))
/** Attempts of one process before it is killed as a whole, at most. */
const MOST_BETWEEN_CRASHES = 6
const MOST_WAIT_MS = 20_000

export interface UnderKills {
  /** How attempts ended, those that a crash cut off left out. */
  readonly ends: Readonly<Record<string, number>>
  readonly attempts: number
  /** How often the whole process was killed. */
  readonly crashes: number
  /** The user's tree with its `.git` is as it was, to the byte and the time of change. */
  readonly untouched: boolean
  /** What is left of copies, and of processes that had to do with them. */
  readonly copiesLeft: readonly string[]
  readonly processesLeft: readonly string[]
  /** What the processes complained of besides. */
  readonly complaints: string
}

/** Makes so many attempts at a sample while at random whatever takes part is killed, the process that makes them among it. */
export async function attemptsUnderKills(sample: SampleName, attempts: number, seed: number): Promise<UnderKills> {
  const [repository, copiesFolder] = [sampleWorkspace(sample), scratchFolder()]
  const random = randomStream('crashes', seed)
  const before = fingerprint(repository)
  const ends: Record<string, number> = {}
  let [done, crashes, complaints] = [0, 0, '']
  while (done < attempts) {
    const most = Math.min(attempts - done, 1 + random.integer(MOST_BETWEEN_CRASHES))
    const crash = done + most < attempts
    const child = spawn(process.execPath, ['--import', 'tsx', ATTEMPTS, sample, repository, copiesFolder, String(seed * 1000 + crashes), String(crash ? attempts : most)], { stdio: ['ignore', 'pipe', 'pipe'] })
    child.stderr.on('data', (piece: Buffer) => (complaints += piece.toString()))
    let told = 0
    createInterface({ input: child.stdout }).on('line', (line) => {
      ends[line] = (ends[line] ?? 0) + 1
      // Between two lines an attempt is under way, and somewhere in it this process ends.
      if (++told === most && crash) setTimeout(() => child.kill('SIGKILL'), random.next() * 700)
    })
    await new Promise((resolve) => child.once('close', resolve))
    if (child.signalCode === null && child.exitCode !== 0) break
    done += Math.max(told, 1)
    if (child.signalCode !== null) crashes++
  }
  const left = await leftovers(copiesFolder)
  return { ends, attempts: done, crashes, untouched: fingerprint(repository) === before, ...left, complaints }
}

/** Copies, and processes whose command line names their folder or one of the `marks`. What ends with its maker takes a moment to end. */
export async function leftovers(copiesFolder: string, ...marks: readonly string[]): Promise<Pick<UnderKills, 'copiesLeft' | 'processesLeft'>> {
  const named = (line: string): boolean => [copiesFolder, ...marks].some((mark) => line.includes(mark))
  for (let waited = 0; ; waited += 100) {
    const left = { copiesLeft: readdirSync(copiesFolder), processesLeft: commandLines().filter(named) }
    if (waited >= MOST_WAIT_MS || (left.copiesLeft.length === 0 && left.processesLeft.length === 0)) return left
    await sleep(100)
  }
}

/** Of all processes of this machine that can be seen, but this one. */
function commandLines(): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      // It ended meanwhile.
      return ''
    }
  })
}
