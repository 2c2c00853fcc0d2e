import { readFileSync } from 'node:fs'
import { descendants } from '../../trainer/sandbox/commands/processTree.ts'
import { ModulePool } from '../../trainer/sandbox/modules/modulePool.ts'
import { Workspace } from '../../trainer/sandbox/modules/workspace.fixture.ts'
import type { Sandbox } from '../../trainer/sandbox/sandbox.ts'
import { figure } from './bench.ts'
import type { BenchRow } from './bench.ts'
import { adding, recovery } from './sandboxLoad.ts'
import type { Recovery } from './sandboxLoad.ts'

const BAR = 5
const DEADLINE_SECONDS = 1
export const WHAT_RECOVERS = {
  worker: 'time until throughput is back after a worker was killed',
  memory: 'time until throughput is back after the kernel took what it takes first where memory ends',
  hung: 'time until throughput is back after a reward hung, from its deadline on'
}
export type Recoveries = Readonly<Record<keyof typeof WHAT_RECOVERS, readonly Recovery[]>>

/** Each disturbance once. */
export async function disturb(sandbox: Sandbox, width: number): Promise<Readonly<Record<keyof typeof WHAT_RECOVERS, Recovery>>> {
  const execute = (): Promise<unknown> => sandbox.execute(adding('python', 1))
  return { worker: await recovery(execute, killWorker, width * 2), memory: await recovery(execute, killFirstChoice, width * 2), hung: await hungReward(width) }
}

export const recoveryRows = (recoveries: Recoveries): BenchRow[] => (Object.keys(WHAT_RECOVERS) as (keyof Recoveries)[]).map((what) => {
  const longest = Math.max(...recoveries[what].map(({ seconds }) => seconds))
  const lost = Math.max(...recoveries[what].map((each) => each.lost))
  return { what: WHAT_RECOVERS[what], ours: `${figure(longest)} s at most, ${lost} executions lost at most`, bar: `< ${BAR} s`, met: longest < BAR }
})

/** The outermost process of a worker: all the others are inside of it. */
function killWorker(): void {
  const [worker] = descendants(process.pid).filter((pid) => descendants(pid).length >= 3)
  if (worker === undefined) throw new Error('there is no worker to kill')
  process.kill(worker, 'SIGKILL')
}

/** Candidates and the processes that fork them offer themselves before anything else of the machine's. */
function killFirstChoice(): void {
  const offered = descendants(process.pid).filter((pid) => scoreOf(pid) === '1000')
  if (offered.length === 0) throw new Error('no process offers itself')
  for (const pid of offered) kill(pid)
}

function scoreOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8').trim()
  } catch {
    // It ended meanwhile.
    return undefined
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

const REWARD = 'export const reward = { score: async ({ completion }) => { while (completion === "hang"); return { score: 1, why: "" } } }'

/** Rewards of a file that runs in processes of its own. */
async function hungReward(width: number): Promise<Recovery> {
  const workspace = new Workspace()
  const pool = new ModulePool(workspace.approved('hanging.mjs', REWARD))
  const score = (completion: string): Promise<unknown> => pool.call('reward.score', [{ completion }, {}], { seconds: DEADLINE_SECONDS })
  try {
    return await recovery(() => score(''), () => score('hang').catch(() => undefined), width)
  } finally {
    pool.close()
    workspace.remove()
  }
}
