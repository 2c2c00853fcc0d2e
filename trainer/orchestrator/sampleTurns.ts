import type { SampledCompletion, SamplePrompt, SamplingParameters } from '../engines/engine.ts'
import { hash32 } from '../random/random.ts'
import type { RolloutBatch } from '../stores/runLayout.ts'
import { throwIfStoppedNow } from './cancellation.ts'
import type { RunControl } from './cancellation.ts'
import { executeTurn } from './executeTurn.ts'
import type { GoingRollout } from './executeTurn.ts'
import { isFiniteCompletion, requireFiniteCompletion } from './finiteCompletion.ts'
import { partialTexts } from './liveNotices.ts'
import type { StepRecorder } from './liveNotices.ts'
import { samplePrompts } from './rolloutSlot.ts'
import type { RolloutSlot } from './rolloutSlot.ts'
import type { Session } from './session.ts'
import { encodeTold } from './toldEncoder.ts'
import type { TrainerParts } from './trainerParts.ts'
import { joinTurns, overTurns, tokensSoFar } from './turns.ts'

/** What it takes of a session. */
export interface TurnSession extends Pick<Session, 'engine' | 'model'> {
  readonly control: Pick<RunControl, 'signal'>
  readonly parts: Pick<TrainerParts, 'executor' | 'live' | 'clock'>
}

/** How rollouts of several turns are sampled. */
export interface TurnSampling {
  readonly parameters: SamplingParameters
  /** Programs of a rollout at most. */
  readonly turns: number
  readonly batch: RolloutBatch
  /** What an earlier attempt at the step recorded. */
  readonly recorder: Pick<StepRecorder, 'earlier'>
}

/** What one call of the engine samples: rollouts in the order of prompts and seeds. */
interface TurnBatch {
  readonly turn: number
  readonly going: readonly GoingRollout[]
  readonly prompts: readonly SamplePrompt[]
  readonly slots: readonly (readonly RolloutSlot[])[]
}

type Finish = (rollout: GoingRollout) => void

/**
 * One completion for every slot, its turns joined; `whole` is told of each as soon as its last program was run. Its slot is then replaced in
 * `groups` by one that carries the executions and judges all turns. Programs run while others are sampled; what an earlier
 * attempt at the step recorded is not run again.
 * @throws LabError `engine/not-finite`.
 */
export async function sampleTurns(
  session: TurnSession, groups: RolloutSlot[][], sampling: TurnSampling, whole: (completion: SampledCompletion) => void
): Promise<SampledCompletion[]> {
  const done: SampledCompletion[][] = groups.map(() => [])
  const finish: Finish = ({ promptIndex, sampleIndex, slot, turns, executions }) => {
    const joined = joinTurns(turns, { promptIndex, sampleIndex })
    groups[promptIndex]![sampleIndex] = { ...slot, environment: overTurns(slot.environment, joined), executions, turns: joined.turns, told: joined.told }
    done[promptIndex]![sampleIndex] = joined.completion
    whole(joined.completion)
  }
  const first = groups.flatMap((group, promptIndex) => group.map((slot, sampleIndex) => ({ promptIndex, sampleIndex, slot, turns: [], executions: [] })))
  let batch: TurnBatch = { turn: 1, going: first, prompts: samplePrompts(groups), slots: groups.map((group) => [...group]) }
  while (batch.going.length > 0) {
    const failed = await sampleTurn(session, batch, sampling, finish)
    batch = nextBatch(await tellFailures(session, failed, sampling, finish), batch.turn + 1)
  }
  return done.flat()
}

/** Every turn draws from a seed of its own. */
const nextBatch = (going: readonly GoingRollout[], turn: number): TurnBatch => ({
  turn, going,
  prompts: going.map(({ slot, turns }) => ({ tokens: tokensSoFar(slot.prompt.tokens, turns), seeds: [hash32(slot.seed, 'turn', turn)] })),
  slots: going.map(({ slot }) => [slot])
})

/** Samples a turn and runs each program as it comes. The rollouts that failed and may go on are given back, in order. */
async function sampleTurn(session: TurnSession, { turn, going, prompts, slots }: TurnBatch, { parameters, turns, batch, recorder }: TurnSampling, finish: Finish): Promise<GoingRollout[]> {
  const placeOf = placesOf(prompts)
  const handled = new Map<number, Promise<GoingRollout | null>>()
  const handle = (completion: SampledCompletion): void => {
    const place = placeOf(completion)
    if (!handled.has(place)) handled.set(place, executeTurn(session, recorder, going[place]!, completion, { turn, last: turn === turns }, finish))
  }
  const texts = partialTexts(session, batch, slots)
  const finished = (completion: SampledCompletion): void => {
    texts.finished?.(completion)
    // What cannot be a record is met again, as an error, when the whole batch is taken.
    if (isFiniteCompletion(completion)) handle(completion)
  }
  const completions = await session.engine.sample(prompts, parameters, { ...texts, finished }, session.control.signal)
  for (const completion of completions) requireFiniteCompletion(completion, going[placeOf(completion)]!.slot.problem.id)
  for (const completion of completions) handle(completion)
  const outcomes = await Promise.all(going.map((_, place) => handled.get(place) ?? null))
  throwIfStoppedNow(session.control)
  return outcomes.flatMap((one) => one ?? [])
}

/** The place of a completion in the order of prompts and seeds. */
function placesOf(prompts: readonly SamplePrompt[]): (completion: Pick<SampledCompletion, 'promptIndex' | 'sampleIndex'>) => number {
  const starts: number[] = []
  let next = 0
  for (const { seeds } of prompts) {
    starts.push(next)
    next += seeds.length
  }
  return ({ promptIndex, sampleIndex }) => starts[promptIndex]! + sampleIndex
}

/** Tells each what failed. Where the context has no room for another turn, the rollout is over. */
async function tellFailures(session: TurnSession, failed: readonly GoingRollout[], { parameters }: TurnSampling, finish: Finish): Promise<GoingRollout[]> {
  const tellings = failed.map(({ slot, turns, executions }) => ({
    problem: slot.problem, completion: turns.at(-1)!.completion, feedback: slot.environment.code!.feedback(executions.at(-1)!, slot.problem)
  }))
  const told = await encodeTold(session.engine, session.model, tellings)
  return failed.flatMap((one, i) => {
    const turns = [...one.turns.slice(0, -1), { ...one.turns.at(-1)!, told: told[i]! }]
    if (tokensSoFar(one.slot.prompt.tokens, turns).length + parameters.maxTokens <= session.model.contextLength) return [{ ...one, turns }]
    finish(one)
    return []
  })
}
