import { join } from 'node:path'
import { RunFile } from '../../trainer/protocol/runFile.ts'
import type { RunFileInput } from '../../trainer/protocol/runFile.ts'
import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { createRun } from '../../trainer/stores/runDirectory.ts'

const AT = '2026-01-31T12:00:00.000Z'

/** A run in `runsFolder` whose one step had these rollouts. Returns its directory. */
export async function writeFinishedRun(
  runsFolder: string, name: string, rollouts: readonly Rollout[], settings: Partial<RunFileInput> = {}, source = `../../${name}.run.json`
): Promise<string> {
  const directory = join(runsFolder, `grpo--${name}--0001`)
  const run = await createRun({
    directory, runId: `${name}-0001`, createdAt: new Date(AT), run: RunFile.parse({ name, model: 'models/none', ...settings }), source: { path: source, text: '{}' }
  })
  try {
    const step = run.rollouts.openStep({ kind: 'train', step: 1 })
    for (const rollout of rollouts) step.append(rollout)
    step.seal(rollouts)
    run.state.write({ version: 1, runId: `${name}-0001`, status: 'finished', stage: 'rl', step: 1, steps: 1, seconds: 1, updatedAt: AT })
  } finally {
    run.close()
  }
  return directory
}
