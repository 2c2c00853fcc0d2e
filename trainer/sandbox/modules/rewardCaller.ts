import { LabError } from '../../errors.ts'

/** Arguments of a reward function: problem, completion, what else is known, options. */
export type RewardArguments = readonly unknown[]

/** What a function gave for one input, or the error in its place. Unchecked. */
export type RewardAnswer = { readonly value: unknown } | { readonly error: string; readonly line: number }

/** Something that runs one function of a reward file. */
export interface RewardCaller {
  /** Scores all in one call under one deadline; rejects where the call as a whole fails. */
  call(inputs: readonly RewardArguments[], signal: AbortSignal): Promise<readonly RewardAnswer[]>
  /** Ends what runs for it alone. */
  close?(): void
}

/** A batch is as large as fits into this time, so that a cheap reward pays for the way there once in hundreds of inputs. */
const BATCH_SECONDS = 0.25
const MOST_INPUTS = 512
const GROWTH = 8
/** After so many inputs in a row that had to be stopped there is no hope for the others. */
const MOST_STOPPED = 4

/** What failed for one input alone; anything else ends the scoring. */
const OF_ONE_INPUT: ReadonlySet<string> = new Set(['sandbox/deadline', 'sandbox/died'])

/**
 * Answers for all inputs, in batches that grow while the function is quick. A batch in which something hangs or dies is taken
 * apart: each of its inputs is scored alone, under a deadline of its own.
 * @throws LabError as the caller rejects, but for what one input alone has done.
 */
export async function callInBatches(caller: RewardCaller, inputs: readonly RewardArguments[], signal: AbortSignal, clock = now): Promise<readonly (RewardAnswer | LabError)[]> {
  const answers: (RewardAnswer | LabError)[] = []
  const alone = singly(caller, signal)
  for (let size = 1; answers.length < inputs.length; ) {
    const batch = inputs.slice(answers.length, answers.length + size)
    const startedAt = clock()
    const answered = size === 1 ? undefined : await together(caller, batch, signal)
    if (answered) answers.push(...answered)
    else for (const input of batch) answers.push(await alone(input))
    size = sizeAfter(size, answered !== undefined || size === 1, clock() - startedAt)
  }
  return answers
}

const now = (): number => performance.now() / 1000

function sizeAfter(size: number, whole: boolean, seconds: number): number {
  if (!whole || seconds >= BATCH_SECONDS) return Math.max(1, Math.floor(size / 2))
  return seconds < BATCH_SECONDS / GROWTH ? Math.min(MOST_INPUTS, size * GROWTH) : size
}

/** Undefined where something in the batch had to be stopped. */
async function together(caller: RewardCaller, inputs: readonly RewardArguments[], signal: AbortSignal): Promise<readonly RewardAnswer[] | undefined> {
  try {
    return await caller.call(inputs, signal)
  } catch (error) {
    if (isOfOneInput(error)) return undefined
    throw error
  }
}

/** Scores one input at a time; gives up after many in a row that had to be stopped. */
function singly(caller: RewardCaller, signal: AbortSignal): (input: RewardArguments) => Promise<RewardAnswer | LabError> {
  let stopped = 0
  return async (input) => {
    try {
      const [answer] = await caller.call([input], signal)
      stopped = 0
      return answer!
    } catch (error) {
      if (!isOfOneInput(error)) throw error
      if (++stopped === MOST_STOPPED) throw hopeless(error)
      return error
    }
  }
}

const isOfOneInput = (error: unknown): error is LabError => LabError.is(error) && OF_ONE_INPUT.has(error.code)

function hopeless(last: LabError): LabError {
  return new LabError('sandbox', 'sandbox/hopeless', `The reward had to be stopped on ${MOST_STOPPED} rollouts in a row: ${last.message}.`, {
    remedy: 'Mend the reward: try it on one rollout first, with Debug Reward on This Rollout.'
  })
}
