import { afterPrompt } from '../environments/openedThinking.ts'
import { gradeText } from '../orchestrator/grading.ts'
import { heldOutProblems } from '../orchestrator/problemSource.ts'
import type { DrawnProblem } from '../orchestrator/problemSource.ts'
import { openMixture } from '../orchestrator/runPlan.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import { stageEnvironments } from '../protocol/stageEnvironments.ts'
import type { EventOf } from './display/eventLines.ts'
import type { ReadableRollout } from './display/rolloutText.ts'
import type { Services } from './services.ts'

/** Grades the rollout that a run shows once more, for its steps and reasons: events carry the text alone. */
export async function rolloutReader(
  services: Services, run: ResolvedRun, folder: string
): Promise<(event: EventOf<'rolloutShown'>) => ReadableRollout> {
  const problems = await shownProblems(services, run, folder)
  return (event) => {
    const exact = problems.find(({ problem }) => problem.prompt === event.problem)
    // A chat template puts words around the prompt.
    const found = exact ?? problems.find(({ problem }) => event.problem.includes(problem.prompt))
    const shown = found && afterPrompt(found, { text: event.problem })
    // What was executed is not executed again to be shown.
    const graded = shown && !shown.environment.code && gradeText(shown, event.text).found
    const known = { problem: event.problem, text: event.text, correct: event.correct }
    if (!graded) return { ...known, steps: [], parts: [] }
    const { verdict, steps } = graded
    return { ...known, steps, parts: [{ name: 'answer', score: Number(verdict.correct), weight: 1, why: verdict.why }] }
  }
}

/** A run shows one of the problems that all its evaluations have. */
async function shownProblems(services: Services, run: ResolvedRun, folder: string): Promise<DrawnProblem[]> {
  const workspace = services.openWorkspace(folder, { trustWorkspace: false, deadlineSeconds: run.rewardDeadlineSeconds })
  const mixture = await openMixture(stageEnvironments(run), { openEnvironment: (reference) => workspace.environment(reference) })
  const { problems, duringProblems } = run.evaluation
  return mixture.length === 0 ? [] : heldOutProblems({ name: 'heldOut', mixture, problems: Math.min(problems, duringProblems) }, run.seed)
}
