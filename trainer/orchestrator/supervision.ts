import type { EngineNotice } from '../engines/engine.ts'
import { LabError } from '../errors.ts'
import { closeUnlessObeyed, RunStopped } from './cancellation.ts'
import { restoreSession } from './recovery.ts'
import type { RunContext, Session } from './session.ts'
import type { TrainerLimits } from './trainerParts.ts'

/** The engine's process is gone: another one can take over from the last checkpoint. */
const engineDied = (error: unknown): error is LabError => LabError.is(error, 'engine/died')

/**
 * Runs `work` on an engine; when the engine dies, starts another one, restores the last checkpoint and runs `work` again
 * from there, which replays the recorded steps and does the open one once more.
 * @throws RunStopped, or what ended the run.
 */
export async function superviseEngine(context: RunContext, limits: TrainerLimits, work: (session: Session) => Promise<void>): Promise<void> {
  for (let deaths = 1; ; deaths++) {
    const progress = { step: 0 }
    try {
      return await withEngine(context, limits, progress, work)
    } catch (error) {
      if (context.control.signal.aborted) throw new RunStopped()
      if (!engineDied(error)) throw error
      if (deaths > limits.engineRestarts) throw diedTooOften(error, deaths)
      context.journal.event({ type: 'engineRestarted', step: progress.step, reason: error.message, redoStep: progress.step + 1 })
    }
  }
}

async function withEngine(
  context: RunContext, limits: TrainerLimits, progress: { step: number }, work: (session: Session) => Promise<void>
): Promise<void> {
  const { threads, microBatchTokens } = context.plan.run
  let session: Session | undefined
  const engine = await context.parts.startEngine({
    threads, microBatchTokens, onNotice: (notice) => context.journal.event({ type: 'warning', step: session?.position.step ?? 0, ...asWarning(notice) })
  })
  const callOff = closeUnlessObeyed(context.control, limits.stopGraceSeconds, () => void engine.close().catch(() => undefined))
  try {
    session = await restoreSession(context, engine)
    await work(session)
  } finally {
    progress.step = session?.position.step ?? 0
    callOff()
    await engine.close()
  }
}

function asWarning({ kind, detail, microBatchTokens }: EngineNotice): { readonly code: string; readonly message: string } {
  switch (kind) {
    case 'outOfMemory': {
      const parts = microBatchTokens === undefined ? '' : `, and done again in smaller parts of ${microBatchTokens} tokens (microBatchTokens)`
      return { code: 'engine/out-of-memory', message: `Out of memory${parts}: ${detail}` }
    }
    case 'attention':
      return { code: 'engine/attention', message: detail }
    case 'waitsForDevice':
      return { code: 'engine/waits-for-device', message: `${detail} The run begins once it is free.` }
    case 'samplerMismatch':
      return { code: 'engine/sampler-mismatch', message: `Completions are drawn from other probabilities than are trained: ${detail}. Set "sampler": "own" in "torch" where it costs learning; in "dtype": "float32" the two differ least.` }
    case 'slowSampling':
      return { code: 'engine/slow-sampling', message: `Sampling is slower than it could be: ${detail}. Set "masterWeights": false in "torch", or free memory of the device.` }
    case 'noKernels':
      return { code: 'engine/no-kernels', message: `Sampling is several times slower than it could be, since its kernels cannot be compiled here: ${detail}. They need a C compiler and the headers of this Python (on Debian and Ubuntu gcc and python3-dev).` }
  }
}

function diedTooOften(error: LabError, deaths: number): LabError {
  return new LabError('engine', 'engine/died-too-often', `The engine ended unexpectedly ${deaths} times: ${error.message}`, {
    remedy: 'Everything up to the last step is kept. Look at the engine’s last message, free memory, then resume the run.',
    cause: error
  })
}
