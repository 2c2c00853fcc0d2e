import type { Engine, ModelInfo } from '../engines/engine.ts'
import type { StepScorer } from '../rewards/stepScores.ts'
import { readPrompt } from './promptTokens.ts'
import { stepEnds } from './rowTokens.ts'

/**
 * Steps scored by the reward head of the model that the engine holds, at the token that ends each. One trace a call: the last
 * bits of a score then never depend on what else is scored at the time.
 */
export function modelStepScorer(engine: Engine, model: ModelInfo): StepScorer {
  return {
    score: async (problem, completion, ends) => {
      const prompt = await readPrompt(engine, model, problem)
      const { tokens, endTokens } = await stepEnds({ engine }, completion, ends)
      const [heads] = await engine.headValues([{ prompt: prompt.tokens, completion: tokens }])
      // A step that ends before any token has nothing that could be read.
      return endTokens.map((end) => (end < 0 ? 0.5 : sigmoid(heads![end]!)))
    }
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))
