/** Rewards by the tests of a workspace: what is left of many attempts of which anything may be killed at any time. */
import { pythonWithPytest } from '../workspaces/places.ts'
import { NO_PYTEST, NO_SANDBOX, workspaceSandbox } from '../workspaces/sandboxes.ts'
import { attemptsUnderKills } from '../workspaces/underKills.ts'
import type { UnderKills } from '../workspaces/underKills.ts'
import { leftOut } from './bench.ts'
import type { BenchContext, BenchOutcome, BenchRow } from './bench.ts'

const ATTEMPTS = 200
const BAR = 'tree and .git byte-identical, no copies and no processes left'

export async function workspaceBench({ rounds = ATTEMPTS, report }: BenchContext): Promise<BenchOutcome> {
  const sandbox = await workspaceSandbox()
  await sandbox?.close()
  const rows: BenchRow[] = []
  const raw: Record<string, UnderKills> = {}
  for (const sample of ['workspace-mocha', 'workspace-pytest'] as const) {
    const what = `${rounds} attempts at ${sample} with kills at random`
    const missing = sandbox === undefined ? NO_SANDBOX : sample === 'workspace-pytest' && pythonWithPytest() === undefined ? NO_PYTEST : undefined
    if (missing !== undefined) {
      rows.push(leftOut(what, BAR, missing))
      continue
    }
    report(what)
    raw[sample] = await attemptsUnderKills(sample, rounds, 1)
    rows.push(rowOf(what, raw[sample], rounds))
  }
  return { rows, raw, commands: ['npm run bench -- workspace'], definitions: ['Killed are processes of attempts (half of the attempts), attempts by cancelling them, and every few attempts the process that makes them; 0.4 of the attempts are the solution, the others hostile programs.'] }
}

function rowOf(what: string, { attempts, crashes, ends, untouched, copiesLeft, processesLeft, complaints }: UnderKills, rounds: number): BenchRow {
  const ours = `${untouched ? 'identical' : 'CHANGED'}, ${copiesLeft.length} copies, ${processesLeft.length} processes (${crashes} crashes; ${Object.entries(ends).map(([end, count]) => `${end} ${count}`).join(', ')})`
  return { what, ours, bar: BAR, met: attempts >= rounds && untouched && copiesLeft.length === 0 && processesLeft.length === 0 && complaints === '' }
}
