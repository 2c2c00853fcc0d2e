/**
 * Child process of kill.test.ts: goes on with the run in its first argument, as a trainer would, until it is killed. Each
 * line of its output says what has been recorded.
 */
import fs from 'node:fs'
import path from 'node:path'
import { AT, newRun, rollout, weighed } from './fixtures.ts'
import { createRun, openRun } from './runDirectory.ts'
import type { RunDirectory } from './runDirectory.ts'

const SAMPLES = 6
const STEPS = 400

const say = (line: string): void => void fs.writeSync(1, `${line}\n`)

async function goOn(directory: string): Promise<void> {
  const run = fs.existsSync(path.join(directory, 'run.json')) ? await openRun(directory) : await createRun(newRun(directory))
  say('opened')
  for (let step = 1; step <= STEPS; step++) {
    const batch = { kind: 'train', step } as const
    if (!run.rollouts.isSealed(batch)) sample(run, step)
    // As after a resume: the updates of recorded steps are made again, and measured again.
    run.metrics.append({ version: 1, stage: 'rl', step, at: AT, seconds: step, values: { reward: 0.5 } })
    run.events.append({ version: 1, at: AT, step, type: 'stepFinished', stage: 'rl', metrics: { reward: 0.5 } })
    say(`measured ${step}`)
    if (step % 4 === 0) await compactAndSave(run, step)
  }
}

function sample(run: RunDirectory, step: number): void {
  const open = run.rollouts.openStep({ kind: 'train', step })
  const rows = Array.from({ length: SAMPLES }, (_, index) => rollout({ step, sample: index, attempt: open.attempt, tokens: 20 }))
  for (const row of rows) {
    open.append(row)
    say(`rollout ${row.id}`)
  }
  open.seal(weighed(rows))
  say(`sealed ${step}`)
}

async function compactAndSave(run: RunDirectory, step: number): Promise<void> {
  const position = { stage: 'rl', stageIndex: 0, stageStep: step, step, policyVersion: step }
  const latest = await run.checkpoints.latestWhole()
  if ((latest?.checkpoint.step ?? 0) < step) {
    await run.checkpoints.save(position, new Date(AT), async (folder) => fs.writeFileSync(path.join(folder, 'model.safetensors'), `weights ${step}`))
    say(`saved ${step}`)
  }
  await run.checkpoints.retain(1)
  run.state.write({ version: 1, runId: 'kill', status: 'running', stage: 'rl', step, steps: STEPS, seconds: step, updatedAt: AT })
  await run.rollouts.compact({ throughStep: step, all: true })
}

await goOn(process.argv[2]!)
