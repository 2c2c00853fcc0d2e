import { promptKey } from '../../protocol/labelRows.ts'
import { readRolloutTexts } from '../../stores/rolloutTexts.ts'
import type { RolloutTexts } from '../../stores/rolloutTexts.ts'
import { stepsOf } from '../anchors/makeAnchor.ts'
import type { ImportedTrace, StepPlace } from './importedTrace.ts'

/** A rollout of the run that begins with the trace's steps, and its own steps by the trace's. */
export interface KnownTrace {
  readonly rollout: RolloutTexts
  readonly stepOf: (step: number) => number
  /** Whether the trace is the rollout from its beginning to its end. */
  readonly whole: boolean
}

/** The rollouts of a run by prompt, to find the traces of a file among them. */
export class KnownTraces {
  readonly #byPrompt = new Map<string, RolloutTexts[]>()

  /** Keeps the rollouts that answer one of the prompts. */
  static async read(runDirectory: string, prompts: ReadonlySet<string>): Promise<KnownTraces> {
    const known = new KnownTraces()
    await readRolloutTexts(runDirectory, undefined, (rollout) => {
      const key = promptKey((rollout.segments[0]!.trainPrompt ?? rollout.segments[0]!.samplePrompt).text)
      if (!prompts.has(key)) return
      const rollouts = known.#byPrompt.get(key)
      if (rollouts === undefined) known.#byPrompt.set(key, [rollout])
      else rollouts.push(rollout)
    })
    for (const rollouts of known.#byPrompt.values()) rollouts.sort((a, b) => (a.id < b.id ? -1 : 1))
    return known
  }

  /** The first rollout that is the trace, else the first that begins with its steps: of rollouts with the same text one is as good as another. */
  find(trace: ImportedTrace): KnownTrace | undefined {
    const begun = (this.#byPrompt.get(promptKey(trace.prompt)) ?? []).flatMap((rollout): KnownTrace[] => {
      const places = matchSteps(trace, rollout)
      return places === undefined ? [] : [{ rollout, stepOf: (step) => places[step]!, whole: hasText(trace, rollout) || endsAlike(trace, rollout) }]
    })
    return begun.find(({ rollout }) => hasText(trace, rollout)) ?? begun.find(({ whole }) => whole) ?? begun[0]
  }
}

const hasText = (trace: ImportedTrace, { segments }: RolloutTexts): boolean => segments[0]!.text.trim() === trace.text.trim()

/** Exports write the steps, and beside them the answer that follows: where both are the rollout's, nothing else was judged. */
const endsAlike = ({ steps, answer }: ImportedTrace, rollout: RolloutTexts): boolean =>
  steps.length === stepsOf(rollout.segments[0]!.spans).length && answer === rollout.answer

/** The rollout's step for each of the trace's; undefined where the texts differ. */
function matchSteps(trace: ImportedTrace, { segments }: RolloutTexts): number[] | undefined {
  const { text, spans } = segments[0]!
  const steps = stepsOf(spans)
  if (text.startsWith(trace.text)) {
    const ends = trace.steps.map(({ to }) => steps.findIndex((step) => step.to === to))
    if (!ends.includes(-1)) return ends
  }
  const same = trace.steps.length <= steps.length && trace.steps.every((place, i) => textAt(trace.text, place) === textAt(text, steps[i]!))
  return same ? trace.steps.map((_, i) => i) : undefined
}

const textAt = (text: string, { from, to }: StepPlace): string => text.slice(from, to).trim()
