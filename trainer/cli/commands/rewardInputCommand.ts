import { dirname } from 'node:path'
import type { RewardInput } from '../../rewards/reward.ts'
import { readRunRecord } from '../../stores/runDirectory.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import type { Host } from '../host.ts'
import { labelledRun } from '../labels/labelledRun.ts'
import { recordedInput } from '../rescoring/recordedInput.ts'
import { openRecordedProblems } from '../rescoring/recordedProblems.ts'
import { recordedRollout } from '../rescoring/recordedRollout.ts'
import type { Services } from '../services.ts'

/** The one line that is printed. */
export interface RewardInputLine {
  readonly type: 'rewardInput'
  readonly input: RewardInput
}

/** What rewards are given of a recorded rollout, as JSON: for the extension, which debugs a reward on it. */
export async function rewardInputCommand(host: Host, services: Services, named: string, { rollout: id }: { readonly rollout: string }): Promise<ExitCode> {
  const { directory } = labelledRun(host, named)
  const { run, source } = readRunRecord(directory)
  const rollout = await recordedRollout(directory, id)
  const workspace = services.openWorkspace(dirname(source.path), { trustWorkspace: false, deadlineSeconds: run.rewardDeadlineSeconds })
  try {
    const problems = await openRecordedProblems(run, workspace)
    const line: RewardInputLine = { type: 'rewardInput', input: recordedInput(rollout, run, problems.of(rollout)) }
    host.stdout.write(`${JSON.stringify(line)}\n`)
    return EXIT.finished
  } finally {
    await workspace.close()
  }
}
