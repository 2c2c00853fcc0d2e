/**
 * Attempts at a sample, told one a line, with kills at random of what they consist of: their sandboxes' processes, and by cancelling
 * them. Who started this kills it as a whole.
 */
import { readFileSync } from 'node:fs'
import { descendants } from '../../trainer/sandbox/commands/processTree.ts'
import { randomStream } from '../../trainer/random/random.ts'
import type { Random } from '../../trainer/random/random.ts'
import { LabError } from '../../trainer/errors.ts'
import { attempt, openWorkplace, originalText } from './attempts.ts'
import { MOCHA_CHEATS, mochaProgram, WORDS } from './mochaCheats.ts'
import type { SampleName } from './places.ts'
import { MONEY, PYTEST_CHEATS, pytestProgram } from './pytestCheats.ts'
import { NO_SANDBOX, workspaceSandbox } from './sandboxes.ts'

const [sample, repository, copiesFolder, seed, count] = process.argv.slice(2) as [SampleName, string, string, string, string]
const random = randomStream('kills', Number(seed))
const sandbox = await workspaceSandbox()
if (sandbox === undefined) throw new Error(NO_SANDBOX)
const place = openWorkplace(sample, { repository, copiesFolder })
const target = sample === 'workspace-mocha' ? WORDS : MONEY
const original = originalText(place, target)
const programs = sample === 'workspace-mocha' ? MOCHA_CHEATS.map((cheat) => mochaProgram(cheat, place)) : PYTEST_CHEATS.map((cheat) => pytestProgram(cheat, place))
const AT_A_TIME = 3
const LIMITS = { wallSeconds: 10, cpuSeconds: 10, memoryMegabytes: 1024, processes: 64, outputBytes: 1 << 16, fileBytes: 64 << 20, files: 4096 }

let begun = 0
await Promise.all(Array.from({ length: AT_A_TIME }, async () => {
  while (begun++ < Number(count)) console.log(await one())
}))
await place.runner.close()
await sandbox.close()

/** `paid`, `unpaid`, or what of the machine failed. */
async function one(): Promise<string> {
  const isOriginal = random.next() < 0.4
  const stop = new AbortController()
  const killing = killLater(stop, random)
  try {
    const { tests } = await attempt(place, target, isOriginal ? original : random.pick(programs), sandbox!, { limits: LIMITS, signal: stop.signal })
    const paid = tests.every(({ verdict }) => verdict === 'pass')
    if (paid && !isOriginal) throw new Error('A cheat was paid.')
    return paid ? 'paid' : 'unpaid'
  } catch (error) {
    if (LabError.is(error, 'sandbox/cancelled') || LabError.is(error, 'sandbox/infrastructure')) return error.code
    throw error
  } finally {
    clearTimeout(killing)
  }
}

function killLater(stop: AbortController, random: Random): NodeJS.Timeout | undefined {
  if (random.next() < 0.5) return undefined
  const how = random.next()
  return setTimeout(() => (how < 0.2 ? stop.abort() : killOne(how)), random.next() * 900)
}

/** Any process of an attempt, but none of the sandbox's warm workers nor the one that removes copies when this process ends. */
function killOne(how: number): void {
  const found = descendants(process.pid).filter((pid) => /host|mocha|pytest|setpriv|prlimit/.test(commandLine(pid)))
  const pid = found[Math.floor(how * found.length)]
  try {
    if (pid !== undefined) process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
  } catch {
    // It ended meanwhile.
    return ''
  }
}
