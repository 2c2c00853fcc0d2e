import { LabError } from '../errors.ts'
import { afterPrompt } from '../environments/openedThinking.ts'
import { evaluateRollouts } from '../evals/evaluateRollouts.ts'
import type { GradedSample } from '../evals/gradedSample.ts'
import type { RankedSample } from '../evals/rerank.ts'
import type { SamplingParameters } from '../engines/engine.ts'
import type { RunEvent } from '../protocol/events.ts'
import type { Rollout } from '../protocol/rollout.ts'
import type { EvaluationResult } from '../protocol/summary.ts'
import { writtenCount } from '../protocol/toolTokens.ts'
import { hash32 } from '../random/random.ts'
import { throwIfStoppedNow } from './cancellation.ts'
import { evaluationStep, stepBefore } from './evaluationStep.ts'
import { sampleCompletions } from './evaluationCompletions.ts'
import { startGrading } from './evaluationGrading.ts'
import { verdictOnly } from './grading.ts'
import { tellingRecorder } from './liveNotices.ts'
import type { StepRecorder } from './liveNotices.ts'
import { heldOutProblems } from './problemSource.ts'
import { encodePrompts } from './promptEncoder.ts'
import { RERANK_PART, rerankPart, votedAnswer } from './rerankScores.ts'
import { rescorePolicy } from './rescoring.ts'
import { executionSeconds, groupName, rolloutRow } from './rolloutSlot.ts'
import type { Findings, RolloutSlot } from './rolloutSlot.ts'
import { endsAsScorer } from './runPlan.ts'
import type { EvaluationSet } from './runPlan.ts'
import type { Session } from './session.ts'
import { showRollout } from './shownRollout.ts'

type When = Extract<RunEvent, { type: 'evaluation' }>['when']

/** Completions asked of the engine in one call. */
const COMPLETIONS_PER_CALL = 512
const DURING_SAMPLES = 4

/** One set as it is evaluated: how many problems, how many samples of each, with or without a greedy one. */
interface EvaluationTask {
  readonly set: EvaluationSet
  readonly problems: number
  readonly samples: number
  readonly greedy: boolean
}

/** The rollouts and figures of one set. */
export interface SetEvaluation {
  readonly result: EvaluationResult
  readonly samples: readonly GradedSample[]
}
export type Evaluations = ReadonlyMap<string, SetEvaluation>

/** Before or after training, or before a policy becomes a scorer: the held-out set whole, with greedy decoding, and all retention sets. */
export function evaluateWhole(session: Session, when: When): Promise<Evaluations> {
  const { samples, greedy } = session.plan.run.evaluation
  const tasks = [session.plan.heldOut, ...session.plan.retention].map((set) => ({ set, problems: set.problems, samples, greedy }))
  return evaluate(session, when, tasks)
}

/** In the middle: some of the held-out problems, few samples. */
export function evaluateDuring(session: Session): Promise<Evaluations> {
  const { duringProblems, problems, greedy } = session.plan.run.evaluation
  const set = session.plan.heldOut
  return evaluate(session, 'during', [{ set, problems: Math.min(duringProblems, problems), samples: DURING_SAMPLES, greedy }])
}

/** The evaluation before training as it was recorded, for a run that goes on; empty where there was none. */
export async function recallBefore(session: Session): Promise<Evaluations> {
  const rows = await session.parts.directory.rollouts.readStep({ kind: 'evaluation', step: stepBefore(session.plan) })
  const before = rows?.filter(({ superseded, tags }) => !superseded && tags['when'] === 'before') ?? []
  const sets = [session.plan.heldOut, ...session.plan.retention].filter(({ name }) => before.some(({ tags }) => tags['set'] === name))
  if (before.length > 0) showRollout(session, before)
  const figures = sets.map((set) => [set.name, figuresUnlessUnscorable(session, set, rowsOf(before, set))] as const)
  return new Map(figures.flatMap(([name, evaluation]) => (evaluation ? [[name, evaluation]] : [])))
}

const rowsOf = (rows: readonly Rollout[], set: EvaluationSet): Rollout[] => rows.filter(({ tags }) => tags['set'] === set.name)

/** Samples and grades, or reads back what was recorded before; states the figures. */
async function evaluate(session: Session, when: When, wanted: readonly EvaluationTask[]): Promise<Evaluations> {
  const tasks = wanted.filter(({ problems }) => problems > 0)
  if (tasks.length === 0) return new Map()
  const step = evaluationStep(session)
  const { rollouts } = session.parts.directory
  const recorded = await rollouts.readStep({ kind: 'evaluation', step })
  const rescores = when === 'after' && endsAsScorer(session.plan.stages)
  const rows = recorded?.filter(({ superseded }) => !superseded) ?? (await (rescores ? rescorePolicy(session) : sampleEvaluation(session, when, tasks)))
  const evaluations = new Map<string, SetEvaluation>()
  for (const { set } of tasks) {
    const evaluation = figuresUnlessUnscorable(session, set, rowsOf(rows, set))
    if (!evaluation) continue
    evaluations.set(set.name, evaluation)
    session.journal.event({ type: 'evaluation', step, when, name: set.name, result: evaluation.result })
  }
  showRollout(session, rows)
  return evaluations
}

async function sampleEvaluation(session: Session, when: When, tasks: readonly EvaluationTask[]): Promise<Rollout[]> {
  const step = evaluationStep(session)
  const open = session.parts.directory.rollouts.openStep({ kind: 'evaluation', step })
  let sealed = false
  try {
    const rows: Rollout[] = []
    const recorder = tellingRecorder(session, open)
    let groups = 0
    for (const task of tasks) {
      const slots = await evaluationSlots(session, when, task, groups)
      groups += slots.length
      // More rows than a call may have arguments.
      for (const row of await sampleSlots(session, recorder, slots)) rows.push(row)
    }
    open.seal(rows)
    sealed = true
    session.sealed.rollouts += rows.length
    return rows
  } finally {
    if (!sealed) open.close()
  }
}

/** Held-out problems and seeds are the same at every step, so that evaluations can be paired. */
async function evaluationSlots(session: Session, when: When, task: EvaluationTask, firstGroup: number): Promise<RolloutSlot[][]> {
  const { run: { seed }, evaluated } = session.plan
  const step = evaluationStep(session)
  const drawn = heldOutProblems(task.set, seed, task.problems)
  const prompts = await encodePrompts(session.engine, session.model, drawn, evaluated.sampling.maxTokens)
  return drawn.map((item, problem) => {
    const prompt = prompts[problem]!
    const same = { ...afterPrompt(item, prompt), prompt, group: groupName({ kind: 'evaluation', step }, firstGroup + problem) }
    return Array.from({ length: task.samples + (task.greedy ? 1 : 0) }, (_, sampleIndex) => ({
      ...same,
      sampleIndex,
      seed: hash32(seed, 'evaluate', task.set.name, problem, sampleIndex),
      tags: { set: task.set.name, when, decoding: sampleIndex < task.samples ? 'sampled' : 'greedy' }
    }))
  })
}

/** Sampled completions first, then the greedy ones, each in calls of bounded size. */
async function sampleSlots(session: Session, recorder: StepRecorder, groups: readonly (readonly RolloutSlot[])[]): Promise<Rollout[]> {
  const { run: { evaluation: { temperature } }, evaluated } = session.plan
  const rows: Rollout[] = []
  for (const decoding of ['sampled', 'greedy'] as const) {
    const chosen = groups.map((group) => group.filter(({ tags }) => tags['decoding'] === decoding)).filter((group) => group.length > 0)
    const parameters = { ...evaluated.sampling, ...(decoding === 'greedy' ? { temperature: 0 } : { temperature }) }
    for (const part of inCalls(chosen)) rows.push(...(await sampleCall(session, recorder, part, parameters)))
  }
  return rows
}

function inCalls(groups: readonly (readonly RolloutSlot[])[]): (readonly RolloutSlot[])[][] {
  const perCall = Math.max(1, Math.floor(COMPLETIONS_PER_CALL / Math.max(1, groups[0]?.length ?? 1)))
  return Array.from({ length: Math.ceil(groups.length / perCall) }, (_, i) => groups.slice(i * perCall, (i + 1) * perCall))
}

async function sampleCall(
  session: Session, recorder: StepRecorder, groups: readonly (readonly RolloutSlot[])[], parameters: SamplingParameters
): Promise<Rollout[]> {
  throwIfStoppedNow(session.control)
  const { clock } = session.parts
  const step = evaluationStep(session)
  const { policyVersion, stage } = session.position
  const slots = groups.map((group) => [...group])
  const grading = startGrading(session, recorder, slots)
  const batch = { kind: 'evaluation' as const, stage, step, policyVersion }
  const rows: Rollout[] = []
  try {
    const completions = await sampleCompletions(session, recorder, slots, parameters, grading.take)
    for (const completion of completions) grading.take(completion)
    for (const completion of completions) {
      const slot = slots[completion.promptIndex]![completion.sampleIndex]!
      const graded = await grading.of(completion)
      throwIfStoppedNow(session.control)
      const findings = await ranked(session, slot, completion.text, verdictOnly(graded))
      const row = rolloutRow(slot, completion, findings, { batch, attempt: recorder.attempt, sampledAt: clock.now(), rewardSeconds: executionSeconds(findings) })
      recorder.append(row)
      rows.push(row)
    }
  } finally {
    grading.end()
  }
  throwIfStoppedNow(session.control)
  return rows
}

/** With the score by which the whole evaluation chooses among samples, where the run names a step reward model. */
async function ranked({ plan, parts }: Session, slot: RolloutSlot, text: string, findings: Findings): Promise<Findings> {
  const { rerank } = plan.run.evaluation
  const { set, when, decoding } = slot.tags
  if (!rerank || set !== plan.heldOut.name || when === 'during' || decoding !== 'sampled') return findings
  const part = await rerankPart(slot.problem, text, findings.spans, parts.stepScorer(rerank.model), rerank.aggregate)
  return { ...findings, reward: { ...findings.reward, parts: [...findings.reward.parts, part] } }
}

/** A grader that fails on everything leaves the run without this figure, and says so; it does not end the run. */
function figuresUnlessUnscorable(session: Session, set: EvaluationSet, rows: readonly Rollout[]): SetEvaluation | undefined {
  try {
    return figuresOf(session, set, rows)
  } catch (error) {
    if (!LabError.is(error, 'evaluation/nothing-scorable')) throw error
    session.journal.event({ type: 'warning', step: evaluationStep(session), code: error.code, message: `${set.name}: ${error.message}` })
    return undefined
  }
}

function figuresOf(session: Session, set: EvaluationSet, rows: readonly Rollout[]): SetEvaluation {
  const { evaluation, seed } = session.plan.run
  const graded = (decoding: string): GradedSample[] => rows.filter(({ tags }) => tags['decoding'] === decoding).map(gradedSample)
  const samples = graded('sampled')
  const result = evaluateRollouts({
    environment: [...new Set(set.mixture.map(({ environment }) => environment.name))].join('+'),
    temperature: evaluation.temperature,
    samples,
    greedy: graded('greedy'),
    ranked: rankedSamples(session, set, rows),
    k: evaluation.k,
    seed
  })
  return { result, samples }
}

function rankedSamples({ plan }: Session, set: EvaluationSet, rows: readonly Rollout[]): RankedSample[] {
  const scored = rows.filter(({ tags }) => tags['decoding'] === 'sampled').flatMap((row) => {
    const part = row.reward.parts.find(({ name }) => name === RERANK_PART)
    return part ? [{ row, score: part.score }] : []
  })
  if (scored.length === 0) return []
  // Rows may be those of an earlier process, and two entries of a mixture may have one name: drawn again, problems tell their environment.
  const environments = new Map(heldOutProblems(set, plan.run.seed).map(({ problem, environment }) => [problem.id, environment]))
  return scored.map(({ row: { problemId, correct, answer }, score }) => ({ problemId, correct, answer: votedAnswer(answer, environments.get(problemId)), score }))
}

function gradedSample(row: Rollout): GradedSample {
  const segment = row.segments.at(-1)!
  return { problemId: row.problemId, correct: row.correct, tokens: writtenCount(segment), truncated: segment.stopReason === 'length', steps: row.steps }
}
