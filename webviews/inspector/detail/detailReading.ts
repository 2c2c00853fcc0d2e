import type { GroupAttempt } from '../../../trainer/protocol/rolloutViews.ts'
import type { Rollout } from '../../../trainer/protocol/rollout.ts'
import type { RolloutPlace } from '../../protocol/inspector.ts'
import type { Connection } from '../inspectorModel.ts'

/** Of a prompt, in the title. */
const PROMPT_CHARACTERS = 120

/** A group to show where no rollout of it was chosen yet. */
export interface GroupPlace {
  readonly run: string
  readonly group: string
  readonly attempt: number
}

/** Attempts of evaluations are never weighed. */
const isWeighed = ({ kind, kept, advantage }: GroupAttempt): boolean => kind !== 'train' || kept !== null || advantage !== null

/** Read while its step was sampled. */
const isUnweighed = ({ kind, filter, segments }: Rollout): boolean => kind === 'train' && filter === undefined && segments[0]?.advantages === undefined

/** What was read of the rollout or group that is open; it stays until the next was read. */
export class DetailReading {
  /** The run that all of this is of. */
  run = ''
  rollout: Rollout | undefined
  /** Where the rollout lies. */
  place: RolloutPlace | undefined
  group: readonly GroupAttempt[] = []
  /** First words of what was asked. */
  prompt = ''
  readonly #connection: () => Pick<Connection, 'query'>

  constructor(connection: () => Pick<Connection, 'query'>) {
    this.#connection = connection
  }

  /** The group stays where the rollout is one of it. */
  async readRollout(place: RolloutPlace, signal: AbortSignal): Promise<void> {
    const rollout = await this.#connection().query('rollouts/one', { ...place, executions: false }, signal)
    if (!rollout) throw new Error('This rollout is not in the run any more.')
    if (place.run !== this.run || !this.group.some(({ id }) => id === rollout.id)) this.group = []
    this.run = place.run
    this.rollout = rollout
    this.place = place
    this.prompt = rollout.segments[0]?.samplePrompt.text.slice(0, PROMPT_CHARACTERS) ?? ''
  }

  /** The group of the rollout, unless it was read whole. */
  async readOwnGroup(signal: AbortSignal): Promise<void> {
    const { run, rollout } = this
    if (!rollout || (this.group.length > 0 && this.group.every(isWeighed))) return
    this.group = await this.#connection().query('rollouts/group', { run, group: rollout.group, attempt: rollout.attempt }, signal)
  }

  /** Nothing is open. */
  clear(): void {
    this.run = this.prompt = ''
    this.rollout = this.place = undefined
    this.group = []
  }

  /** Whether what is open was read while its step was sampled: attempts may be missing, and nothing is weighed. */
  get isUnfinished(): boolean {
    const { rollout, group } = this
    return (rollout !== undefined && isUnweighed(rollout)) || group.some((attempt) => !isWeighed(attempt))
  }

  /** Reads the same again. A rollout to which nothing was added stays the object that it is, so that nothing is drawn anew under its reader. */
  async renew(signal: AbortSignal): Promise<void> {
    const { run, place, group, group: [first] } = this
    const rollout = place && (await this.#connection().query('rollouts/one', { ...place, executions: false }, signal))
    const attempts = first && (await this.#connection().query('rollouts/group', { run, group: first.group, attempt: first.attempt }, signal))
    if (place !== this.place || group !== this.group) return
    if (rollout && (!isUnweighed(rollout) || rollout.superseded !== this.rollout?.superseded)) this.rollout = rollout
    this.group = attempts ?? this.group
  }

  async readGroup(wanted: GroupPlace, signal: AbortSignal): Promise<void> {
    const { run } = wanted
    const group = await this.#connection().query('rollouts/group', wanted, signal)
    const first = group.slice(0, 1).map(({ id }) => ({ run, id }))
    const [excerpt] = await this.#connection().query('rollouts/excerpts', { rollouts: first, characters: PROMPT_CHARACTERS }, signal)
    this.run = run
    this.rollout = this.place = undefined
    this.group = group
    this.prompt = excerpt?.prompt ?? ''
  }
}
