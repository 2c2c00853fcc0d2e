import type { TrainSequence } from '../engines/engine.ts'
import { demonstrations } from './problemSource.ts'
import type { Demonstration } from './problemSource.ts'
import { encodeDemonstrations, encodePrompts, requireRoom } from './promptEncoder.ts'
import { groupAlgorithm } from './runPlan.ts'
import type { StagePlan } from './runPlan.ts'
import type { Session } from './session.ts'
import type { Batches } from './supervisedStage.ts'
import { turnEnd } from './turnEnd.ts'

/** Maximum likelihood on demonstrations of the environment. */
export async function demonstrationBatches(session: Session, stage: StagePlan): Promise<Batches> {
  const { loss } = await session.parts.weigh([], groupAlgorithm(stage), { maxTokens: stage.sampling.maxTokens })
  const ends = { plain: await turnEnd(session.engine, session.model, false), chat: await turnEnd(session.engine, session.model, true) }
  return async (stageStep) => ({ loss, data: await sequencesOf(session, ends, demonstrations(stage, session.plan.run.seed, stageStep)) })
}

/** The prompt as it will be sampled, the trace, and the token that ends what the model writes. */
async function sequencesOf(session: Session, ends: Readonly<Record<'plain' | 'chat', readonly number[]>>, batch: readonly Demonstration[]): Promise<TrainSequence[]> {
  const { engine, model } = session
  const [prompts, completions] = await Promise.all([
    encodePrompts(engine, model, batch, 0),
    encodeDemonstrations(engine, batch, batch.map(({ completion }) => completion))
  ])
  return batch.map(({ problem }, i) => {
    const completion = [...completions[i]!, ...(prompts[i]!.messages ? ends.chat : ends.plain)]
    requireRoom(problem, prompts[i]!.tokens.length, completion.length, model.contextLength)
    return { prompt: prompts[i]!.tokens, completion }
  })
}
