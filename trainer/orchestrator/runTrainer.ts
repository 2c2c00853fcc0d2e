import { settingsWithoutEffect } from '../algorithms/settingsWithoutEffect.ts'
import { LabError } from '../errors.ts'
import type { Summary } from '../protocol/summary.ts'
import { createRunControl, RunStopped } from './cancellation.ts'
import type { RunControl } from './cancellation.ts'
import { createProgressEstimate } from './progressEstimate.ts'
import { requireReadable } from './readableData.ts'
import { openJournal } from './runEvents.ts'
import { noticesOf, planRun } from './runPlan.ts'
import { runStages } from './runStages.ts'
import type { RunEvaluations } from './runStages.ts'
import { summarise } from './runSummary.ts'
import type { RunContext, Session } from './session.ts'
import { superviseEngine } from './supervision.ts'
import { DEFAULT_LIMITS } from './trainerParts.ts'
import type { TrainerParts } from './trainerParts.ts'

/**
 * Runs or resumes the run of a directory to its end, or until it is told to stop. Blind to algorithms, environments and
 * engines: it knows only their contracts.
 * @returns the summary, with state `finished` or `stopped`; both are in the run directory.
 * @throws LabError what ended the run; recorded before as event and state.
 */
export async function runTrainer(parts: TrainerParts, control: RunControl = createRunControl()): Promise<Summary> {
  const plan = await planRun(parts.directory.record.run, parts)
  const before = parts.directory.state.read()
  const journal = openJournal(parts, plan.steps)
  const context: RunContext = { parts, plan, journal, control, progress: createProgressEstimate(), shown: {}, sealed: { rollouts: 0 } }
  const run: RunSoFar = { session: undefined, evaluations: { before: new Map(), after: new Map() } }
  const { runId } = parts.directory.record
  journal.event({ type: 'runStarted', step: before?.step ?? 0, runId, directory: parts.directory.path, resumed: before !== undefined, steps: plan.steps })
  for (const message of noticesOf(plan)) journal.event({ type: 'warning', step: before?.step ?? 0, code: 'environment/notice', message })
  for (const message of settingsWithoutEffect(plan.run)) journal.event({ type: 'warning', step: before?.step ?? 0, code: 'runFile/no-effect', message })
  for (const notice of parts.notices ?? []) journal.event({ type: 'warning', step: before?.step ?? 0, ...notice })
  try {
    await superviseEngine(context, { ...DEFAULT_LIMITS, ...parts.limits }, async (session) => {
      run.session = session
      // What a run that goes on recorded last is how its earlier go ended.
      journal.state('running', session.position)
      // Until there is a checkpoint nothing was begun: a run that was refused before is refused again.
      if (session.lastSaved === undefined) await requireReadable(session, { stages: plan.stages, sets: [plan.heldOut, ...plan.retention] })
      await runStages(session, run.evaluations)
    })
    return finish(context, run, 'finished')
  } catch (error) {
    if (error instanceof RunStopped) return finish(context, run, 'stopped')
    throw fail(context, run, error)
  }
}

interface RunSoFar {
  session: Session | undefined
  readonly evaluations: RunEvaluations
}

function finish(context: RunContext, run: RunSoFar, state: 'finished' | 'stopped'): Summary {
  const summary = summarise(context, run.session, run.evaluations, state)
  const { stage, step } = whereabouts(context, run)
  context.parts.directory.summary.write(summary)
  context.journal.state(state, { stage, step })
  context.journal.event({ type: 'runFinished', step, state, summary })
  context.parts.directory.sync()
  return summary
}

/** Records what ended the run; the error comes back for the caller, with the step where it happened. */
function fail(context: RunContext, run: RunSoFar, error: unknown): LabError {
  const { stage, step } = whereabouts(context, run)
  const known = asLabError(error, stage, step)
  const { code, message, remedy } = known
  try {
    context.journal.state('failed', { stage, step }, { code, message, remedy })
    context.journal.event({ type: 'runFailed', step, code, message, remedy })
    context.parts.directory.sync()
  } catch (unrecorded) {
    // A full disk ends the run and cannot take the record of it; the error itself says what happened.
    if (!LabError.is(unrecorded)) throw unrecorded
  }
  return known
}

function whereabouts({ plan }: RunContext, { session }: RunSoFar): { stage: string; step: number } {
  return { stage: session?.position.stage ?? plan.stages[0]!.name, step: session?.position.step ?? 0 }
}

function asLabError(error: unknown, stage: string, step: number): LabError {
  if (LabError.is(error, 'engine/not-finite')) {
    const { place, remedy } = error
    return new LabError('engine', error.code, `Stage ${JSON.stringify(stage)}, after RL step ${step}: ${error.message}`, {
      remedy, cause: error, ...(place !== undefined && { place })
    })
  }
  if (error instanceof LabError) return error
  const message = error instanceof Error ? error.message : String(error)
  return new LabError('engine', 'trainer/internal', `The trainer failed: ${message}`, {
    remedy: 'Resume the run; if this comes again, report it.', cause: error
  })
}
