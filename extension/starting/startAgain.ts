import type { FailedStart } from '../contracts/trainers.ts'
import type { Shell } from '../shell.ts'
import { consentsOf } from '../trainers/startQueue.ts'
import { consenting } from './consent.ts'
import type { Asking } from './consent.ts'
import { sayQueued, startShown } from './launch.ts'
import { afterRefusal } from './refusals.ts'
import type { Consented } from './refusals.ts'
import { resumeRun } from './resumeRun.ts'
import { mayExecute } from './trust.ts'

/** Makes a start once more that was refused when its turn came. The question comes first: started at once it might wait again, and be refused again. */
export async function startAgain(shell: Shell, { request, error }: FailedStart): Promise<void> {
  if (!(await mayExecute('Starting a run'))) return
  const consentedTo = (asking: Asking): Consented => afterRefusal(error, consenting(asking, consentsOf(request)))
  if ('resume' in request) return resumeRun(shell, request.resume, consentedTo)
  const made = await startShown(shell, request, consentedTo({ lab: shell.lab, file: request.file }))
  if (!made) return
  await shell.runs.reload()
  sayQueued(made.queued ? 1 : 0)
}
