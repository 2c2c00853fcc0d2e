import path from 'node:path'
import { isGroupRelative } from '../algorithms/groupFilter.ts'
import { diagnose, DIAGNOSIS_WINDOW } from '../evals/diagnoses.ts'
import type { DiagnosisFigures, RolloutFigures } from '../evals/diagnoses.ts'
import { isSupervised } from '../protocol/algorithmOptions.ts'
import type { ResolvedRun } from '../protocol/runFile.ts'
import type { DiagnosisFinding } from '../protocol/runViews.ts'
import { stagesOf } from '../protocol/runStages.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import type { QueryDatabase } from './database.ts'
import { answerFigures, differentTexts, lastRollouts } from './lastRollouts.ts'
import { metricsOfEnds } from './lineFiles.ts'
import { plannedStages } from './plannedStages.ts'
import { requireReadableRun } from './runCards.ts'
import type { RunRollouts } from './runRollouts.ts'

const NAMES = ['policy/entropy', 'length/mean', 'gradient/norm', 'ratio/max', 'ratio/clippedHigh', 'ratio/clippedLow', 'reward/part/format']

/** "Why is it not learning?": the checks of evals/diagnoses.ts over what the run recorded last. */
export async function diagnoseRun(run: RunRollouts, db: QueryDatabase, signal: AbortSignal): Promise<DiagnosisFinding[]> {
  const { run: file } = requireReadableRun(run.directory)
  const limits = [...limitsOf(file)]
  const figures: DiagnosisFigures = {
    window: DIAGNOSIS_WINDOW, metrics: metricsOf(run.directory), recent: await recentFigures(run, db, signal), groupRelative: isRelative(file), maxTokens: limits.length === 1 ? limits[0] : undefined
  }
  return diagnose(figures)
}

/** A supervised stage counts its own steps: its losses and gradients are not those of what follows. */
function metricsOf(directory: string): DiagnosisFigures['metrics'] {
  const { stages, steps, series } = metricsOfEnds(path.join(directory, RUN_FILES.metrics), NAMES)
  const rl = new Set(plannedStages(directory).flatMap(({ name, supervised }) => (supervised ? [] : [name])))
  const counted = stages.some((stage) => rl.has(stage)) ? rl : new Set(stages.slice(-1))
  return Object.fromEntries(Object.entries(series).map(([name, values]) =>
    [name, values.flatMap((value, i) => (value !== null && counted.has(stages[i]!) ? [{ step: steps[i]!, value }] : []))]))
}

/** Of a module's algorithm nothing is known: it counts as relative. */
function isRelative(run: ResolvedRun): boolean {
  return stagesOf(run).map((stage) => stage.algorithm ?? run.algorithm).some((each) => each.name === 'module' || isGroupRelative(each))
}

function limitsOf(run: ResolvedRun): Set<number> {
  const sampled = stagesOf(run).filter((stage) => !isSupervised(stage.algorithm ?? run.algorithm))
  return new Set(sampled.map((stage) => (stage.sampling ?? run.sampling).maxTokens))
}

/** Of a group that is still being sampled, nothing can be told: a step that is open comes in when it is sealed. */
async function recentFigures(run: RunRollouts, db: QueryDatabase, signal: AbortSignal): Promise<RolloutFigures> {
  const [ends] = await db.rows(`SELECT max(step) AS last FROM ${run.table} WHERE kind = 'train' AND NOT superseded AND ${notAmong(run.openSteps)}`, { signal })
  // Without a step, the range is empty.
  const lastStep = Number(ends?.last ?? -1)
  const firstStep = Math.max(0, lastStep - DIAGNOSIS_WINDOW + 1)
  const recent = `(SELECT * FROM ${run.table} WHERE kind = 'train' AND NOT superseded AND step BETWEEN ${firstStep} AND ${lastStep})`
  const [counts] = await db.rows(`SELECT CAST(count(*) AS INTEGER) AS rollouts, CAST(count(*) FILTER (reward IS NULL) AS INTEGER) AS notScorable,
    CAST(count(*) FILTER (stopReason = 'length') AS INTEGER) AS truncated, min(step) AS first,
    CASE WHEN stddev_pop(reward) > 0 AND stddev_pop(completionTokens) > 0 THEN corr(reward, completionTokens) END AS r FROM ${recent}`, { signal })
  const [groups] = await db.rows(`SELECT CAST(count(*) AS INTEGER) AS groups, CAST(count(*) FILTER (flat AND accuracy = 1) AS INTEGER) AS flatRight,
    CAST(count(*) FILTER (flat AND accuracy = 0) AS INTEGER) AS flatWrong, CAST(count(*) FILTER (flat AND (accuracy IS NULL OR accuracy NOT IN (0, 1))) AS INTEGER) AS flatOther
    FROM (SELECT coalesce(bool_and(zeroVariance), min(reward) = max(reward)) AS flat, avg(CAST(correct AS INTEGER)) AS accuracy FROM ${recent} GROUP BY step, attempt, "group" HAVING count(reward) > 1)`, { signal })
  const last = await lastRollouts(run, db, { firstStep, lastStep }, signal)
  const number = (value: unknown): number => Number(value ?? 0)
  return {
    firstStep: number(counts?.first ?? firstStep), lastStep, rollouts: number(counts?.rollouts), notScorable: number(counts?.notScorable), truncated: number(counts?.truncated),
    groups: number(groups?.groups), flatRight: number(groups?.flatRight), flatWrong: number(groups?.flatWrong), flatOther: number(groups?.flatOther),
    lengthReward: typeof counts?.r === 'number' ? counts.r : null, differentAnswers: await differentTexts(last, signal), answers: await answerFigures(last, signal)
  }
}

const notAmong = (steps: readonly number[]): string => (steps.length === 0 ? 'true' : `step NOT IN (${steps.join(', ')})`)
