/** Whole runs on the scripted engine whose completions are run as programs by real workers. */
import { execFileSync } from 'node:child_process'
import type { Environment } from '../../trainer/environments/environment.ts'
import { programEcho } from '../../trainer/orchestrator/programs.fixture.ts'
import type { TestOptions, TestRun } from '../../trainer/orchestrator/run.fixture.ts'
import { runTrainer } from '../../trainer/orchestrator/runTrainer.ts'
import type { RunControl } from '../../trainer/orchestrator/cancellation.ts'
import type { TrainerParts } from '../../trainer/orchestrator/trainerParts.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import { createExecutor } from '../../trainer/sandbox/createExecutor.ts'
import type { Sandbox } from '../../trainer/sandbox/sandbox.ts'
import { openRun } from '../../trainer/stores/runDirectory.ts'

export const STEPS = 3
export const PROGRAM_RUN: Partial<RunFileInput> = {
  steps: STEPS, problemsPerStep: 3, groupSize: 4, sampling: { maxTokens: 3 }, environment: { name: 'program-echo' }, rewards: [{ name: 'tests' }],
  filter: { dropZeroVariance: false }, evaluation: { problems: 3, samples: 2, k: [1], every: 2, duringProblems: 2 }, checkpoint: { every: 2, keep: 1 }
}

/** What a program does besides giving its first word, by its second. */
const MISDEEDS: Readonly<Record<string, string>> = { c: 'process.exit(0)', d: 'for (const all = []; ;) all.push(new Uint8Array(1e6))' }

export function programOf(completion: string): string {
  const words = completion.trim().split(' ')
  return `const words = ${JSON.stringify(words)}\nfunction f() { ${MISDEEDS[words[1] ?? ''] ?? 'return words[0]'} }`
}

/** Whether the program of a completion is right, as it must come out wherever the machine did its work. */
export const isRight = ({ segments: [segment], gold }: Rollout): boolean => {
  const words = segment!.text.trim().split(' ')
  return words[0] === gold && MISDEEDS[words[1] ?? ''] === undefined
}

export const environment: Environment = {
  ...programEcho,
  code: {
    ...programEcho.code!,
    task: (completion, problem) => {
      const task = programEcho.code!.task(completion, problem)
      return 'none' in task ? task : { ...task, files: [{ path: 'program.js', text: programOf(completion) }], limits: { ...task.limits, wallSeconds: 60, cpuSeconds: 60 } } as typeof task
    }
  }
}

export const partsWith = (sandbox: Sandbox, retries: number): Pick<TrainerParts, 'openEnvironment' | 'executor'> => ({
  openEnvironment: () => ({ environment, options: {} }),
  executor: createExecutor({ sandboxes: [sandbox], retries, concurrency: 4, pauseSeconds: 0 })
})

/** The sandbox, with something done right before each execution, counted from 1. */
export const disturbed = (sandbox: Sandbox, before: (count: number) => void): Sandbox => {
  let count = 0
  return {
    ...sandbox,
    execute: (request, signal) => {
      before(++count)
      return sandbox.execute(request, signal)
    }
  }
}

/** Processes of workers that this process started. */
export function workers(): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,args='], { encoding: 'utf8' }).split('\n')
  return rows.flatMap((line) => {
    const [, pid, parent, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    return Number(parent) === process.pid && args.includes('quickjsMain') ? [Number(pid)] : []
  })
}

export async function finish(run: TestRun, options: TestOptions, control?: RunControl): Promise<'finished' | 'stopped' | 'failed'> {
  const { parts, directory } = await run.open(options)
  try {
    return (await runTrainer(parts, control)).state
  } finally {
    directory.close()
  }
}

/** All rollouts that count. */
export async function rolloutsOf(run: TestRun): Promise<Rollout[]> {
  const directory = await openRun(run.folder)
  const all: Rollout[] = []
  for (let step = 0; step <= STEPS; step++) {
    for (const kind of ['train', 'evaluation'] as const) all.push(...((await directory.rollouts.readStep({ kind, step })) ?? []))
  }
  directory.close()
  return all.filter(({ superseded }) => !superseded)
}

/** What a rollout showed, without times and attempts. */
export const lasting = ({ group, sampleIndex, segments, correct, reward, executions }: Rollout): unknown =>
  [group, sampleIndex, segments, correct, reward, executions?.map(({ tests, signals }) => [tests.map(({ verdict }) => verdict), signals])]
