import { pipePath } from '../../trainer/control/pipePath.ts'
import { isProvenRunning, isRunningHere } from '../../trainer/stores/processIdentity.ts'
import type { Waiting } from './startQueue.ts'
import { answersCalls } from './trainerClient.ts'

/**
 * Ends the trainer of a start that was taken out of the queue, where the window that made it has gone: a living one cancels it by itself. The
 * process is signalled only if its pid has the start time that was noted and it holds the pipe that it was ordered to open. @param folder the registry's.
 */
export async function endAbandoned({ id, trainer }: Pick<Waiting, 'id' | 'trainer'>, folder: string): Promise<void> {
  if (trainer?.window === undefined || isRunningHere(trainer.window)) return
  if (!isProvenRunning(trainer) || !(await answersCalls(pipePath(folder, id)))) return
  // The pipe may have been given up meanwhile by a process that ended.
  if (isProvenRunning(trainer)) process.kill(trainer.pid, 'SIGKILL')
}
