/**
 * Kills a run at seeded random moments, lets it go on and compares what it leaves with an undisturbed run: weights,
 * optimiser and exported model bit for bit, every rollout that was recorded still there, none twice.
 */
import { existsSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { randomStream } from '../../trainer/random/random.ts'
import type { Random } from '../../trainer/random/random.ts'
import { finalState, recordedIds } from './finalState.ts'
import type { FinalState } from './finalState.ts'
import { engineOf, labSucceeds, startLab, untilGone } from './labProcess.ts'
import type { LabEnd } from './labProcess.ts'
import { TINY_STEPS } from './tinyRun.ts'
import type { Place } from './tinyRun.ts'
import { undisturbedRun } from './undisturbed.ts'

export type Victim = 'trainer' | 'engine'

export interface ResumeTrial {
  readonly victim: Victim
  /** The kill came so many milliseconds after so many events had been told. */
  readonly moment: { readonly events: number; readonly milliseconds: number }
  /** What differs from the undisturbed run, in words; empty = nothing. */
  readonly differences: readonly string[]
}

/** Longest wait after an event, ms: longer than a step of the tiny run. */
const LONGEST_WAIT = 40
/** Longest wait after the start of the process, ms: about as long as the program takes to load. */
const LONGEST_START = 300

/** @param count trials, half of them with the engine as the victim. */
export async function resumeTrials(count: number, seed: number, report: (trial: ResumeTrial) => void = () => {}): Promise<ResumeTrial[]> {
  const { place, file, events, expected } = await undisturbedRun()
  try {
    const trials: ResumeTrial[] = []
    for (let i = 0; i < count; i++) {
      const trial = await resumeTrial(place, file, `trial-${i}`, i % 2 === 0 ? 'trainer' : 'engine', events.length, randomStream('resume', seed, i), expected)
      report(trial)
      trials.push(trial)
    }
    return trials
  } finally {
    place.remove()
  }
}

async function resumeTrial(
  place: Place, file: string, name: string, victim: Victim, events: number, random: Random, expected: FinalState
): Promise<ResumeTrial> {
  for (let draw = 0; ; draw++) {
    const after = random.integer(events)
    const moment = { events: after, milliseconds: random.integer(after === 0 ? LONGEST_START : LONGEST_WAIT) }
    const run = `${name}-${draw}`
    const killed = await killAt(place, file, run, victim, moment)
    // The victim had not started yet, or the run was over: another moment.
    if (!killed) continue
    const recorded = recordedIds(place.at(run))
    if (victim === 'trainer') await goOn(place, file, run)
    return { victim, moment, differences: differences(await finalState(place.at(run), TINY_STEPS), expected, recorded) }
  }
}

/** Whether the kill hit. A run whose engine was killed has ended by itself when this returns. */
async function killAt(place: Place, file: string, run: string, victim: Victim, moment: ResumeTrial['moment']): Promise<boolean> {
  let told = 0
  let reached = (): void => {}
  const waiting = new Promise<void>((resolve) => (reached = resolve))
  const { child, ended } = startLab(place.folder, ['run', file, '--out', run, '--json'], () => ++told === moment.events && reached())
  if (moment.events > 0) await Promise.race([waiting, ended])
  await sleep(moment.milliseconds)
  const engine = engineOf(child)
  if (victim === 'engine') {
    const hit = engine !== undefined && process.kill(engine, 'SIGKILL')
    const end = await ended
    if (hit && end.code !== 0) throw new Error(`the run did not survive its engine: ${end.err}`)
    return hit && survivedDeath(end)
  }
  child.kill('SIGKILL')
  const end = await ended
  // An engine outlives its trainer for a moment at most.
  if (engine !== undefined) await untilGone(engine)
  return end.signal === 'SIGKILL'
}

/** An engine killed after its work was done leaves no trace. */
const survivedDeath = ({ events }: LabEnd): boolean => events.some(({ type }) => type === 'engineRestarted')

/** A trainer killed before the run existed has nothing to resume; its directory takes a new run. */
async function goOn(place: Place, file: string, run: string): Promise<void> {
  const begun = existsSync(place.at(run, 'run.json'))
  await labSucceeds(place.folder, begun ? ['resume', run, '--json'] : ['run', file, '--out', run, '--json'])
}

function differences(found: FinalState, expected: FinalState, recorded: readonly string[]): string[] {
  const all = new Set(found.ids)
  const files = [...new Set([...Object.keys(expected.files), ...Object.keys(found.files)])].filter((name) => found.files[name] !== expected.files[name])
  const lost = recorded.filter((id) => !all.has(id))
  return [
    ...files.map((name) => `${name} differs`),
    ...lost.map((id) => `rollout ${id} was recorded and is lost`),
    ...(all.size === found.ids.length ? [] : ['a rollout is there twice']),
    ...(found.rollouts.join() === expected.rollouts.join() ? [] : ['the rollouts that count are others']),
    ...(found.finishedSteps.join() === expected.finishedSteps.join() ? [] : [`steps ${found.finishedSteps.join()} were told as finished`])
  ]
}
