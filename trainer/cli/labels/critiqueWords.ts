import type { CritiqueWords } from '../../environments/environment.ts'
import { environmentNames, findEnvironment } from '../../environments/registry.ts'
import { LabError } from '../../errors.ts'
import { plainCritique } from '../../labels/scripted/plainCritique.ts'
import type { CritiqueWriter } from '../../labels/scripted/scriptedLabels.ts'
import type { RolloutTexts } from '../../stores/rolloutTexts.ts'

/** Critiques in the environment's own words where it has some, so that a model of that environment can be trained on them; else in plain English. */
export const writeCritique: CritiqueWriter<RolloutTexts> = (rollout, assessment) => inOwnWords(rollout, assessment) ?? plainCritique(rollout.steps, assessment)

function inOwnWords({ environment, problemId, gold, segments }: RolloutTexts, assessment: Parameters<CritiqueWriter<RolloutTexts>>[1]): string | null {
  try {
    const words = critiqueWordsOf(environment)
    const problem = { id: problemId, environment, prompt: segments[0]!.samplePrompt.text, params: {}, ...(gold === undefined ? {} : { gold }) }
    return words?.critiqueOf(problem, segments[0]!.text, assessment) ?? null
  } catch (error) {
    // A prompt that a chat template has put words around.
    if (!LabError.is(error)) throw error
    return null
  }
}

/** Undefined where the environment has none, or is a module of the workspace. */
export function critiqueWordsOf(environment: string): CritiqueWords | undefined {
  return environmentNames().includes(environment) ? findEnvironment(environment).critique : undefined
}
