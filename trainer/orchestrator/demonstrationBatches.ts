import type { TrainSequence } from '../engines/engine.ts'
import { demonstrations } from './problemSource.ts'
import type { Demonstration } from './problemSource.ts'
import { encodePrompts, encodeTexts, requireRoom } from './promptEncoder.ts'
import { groupAlgorithm } from './runPlan.ts'
import type { StagePlan } from './runPlan.ts'
import type { Session } from './session.ts'
import type { Batches } from './supervisedStage.ts'

/** Maximum likelihood on demonstrations of the environment. */
export async function demonstrationBatches(session: Session, stage: StagePlan): Promise<Batches> {
  const { loss } = await session.parts.weigh([], groupAlgorithm(stage), { maxTokens: stage.sampling.maxTokens })
  return async (stageStep) => ({ loss, data: await encodeDemonstrations(session, demonstrations(stage, session.plan.run.seed, stageStep)) })
}

/** The prompt as it will be sampled, the trace, and the token that ends a text. */
async function encodeDemonstrations(session: Session, batch: readonly Demonstration[]): Promise<TrainSequence[]> {
  const { engine, model } = session
  const [prompts, completions] = await Promise.all([
    encodePrompts(engine, model, batch, 0),
    encodeTexts(engine, batch, batch.map(({ completion }) => completion), 'demonstrations')
  ])
  return batch.map(({ problem }, i) => {
    const completion = [...completions[i]!, ...model.endOfTextTokens.slice(0, 1)]
    requireRoom(problem, prompts[i]!.tokens.length, completion.length, model.contextLength)
    return { prompt: prompts[i]!.tokens, completion }
  })
}
