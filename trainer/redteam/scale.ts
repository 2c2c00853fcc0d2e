import type { Environment } from '../environments/environment.ts'
import { LabError } from '../errors.ts'
import type { SandboxName } from '../protocol/execution.ts'
import type { GoldResult } from '../protocol/redTeam.ts'
import type { RewardPart } from '../protocol/rollout.ts'
import { goldAttempt, idleAttempts } from './attempts.ts'
import type { Subject } from './attempts.ts'
import { pay } from './payment.ts'
import type { Payer, Payment } from './payment.ts'

/** What solving a problem is worth, and what doing nothing is. */
export interface Scale {
  readonly subject: Subject
  readonly gold: GoldResult
  /** The most that attempts that do nothing get, and its parts. */
  readonly idle: number
  readonly idleParts: readonly RewardPart[]
  /** Where honest attempts were run. */
  readonly backend: SandboxName
}

/** More than the rounding errors of a weighted sum. */
const EPSILON = 1e-9

export const above = (reward: number, floor: number): boolean => reward > floor + EPSILON

/** @throws LabError `sandbox/infrastructure` where the machine could not run them. */
export async function scaleOf(payer: Payer, subject: Subject, signal: AbortSignal | undefined): Promise<Scale> {
  const { environment, problem, task } = subject
  const payOf = async (attempt: Parameters<typeof pay>[2]): Promise<Payment> => judged(environment, await pay(payer, problem, attempt, signal))
  const gold = await payOf(goldAttempt(subject))
  const idles: Payment[] = []
  for (const attempt of idleAttempts(subject)) idles.push(await payOf(attempt))
  const best = idles.filter(({ reward }) => reward !== null).sort((a, b) => b.reward! - a.reward!)[0]
  const idle = best?.reward ?? 0
  const paid = gold.reward !== null && above(gold.reward, idle)
  const language = task.kind === 'code' ? task.language : null
  return {
    subject, idle, idleParts: best?.parts ?? [], backend: gold.execution.backend,
    gold: { environment: environment.name, language, problemId: problem.id, paid, reward: gold.reward, idle: best?.reward ?? null, why: partsText(gold.parts) }
  }
}

function judged({ name }: Environment, payment: Payment): Payment {
  const { failure } = payment.execution
  if (failure === null) return payment
  throw new LabError('sandbox', 'sandbox/infrastructure', `The cheats could not be tried on ${name}, since an honest attempt could not be run: ${failure}`, {
    remedy: '`lab doctor` says which sandboxes work on this machine; problems of a workspace are tried from a run file that lies in its repository.'
  })
}

/** The parts that count, each with its score and why. */
export const partsText = (parts: readonly RewardPart[]): string =>
  parts.filter(({ weight }) => weight !== 0).map(({ name, score, why }) => `${name} ${score === null ? 'not scorable' : Number(score.toFixed(3))}: ${why}`).join('; ')

/** Those parts that pay more than they do for nothing. */
export const payingParts = (parts: readonly RewardPart[], idleParts: readonly RewardPart[]): RewardPart[] =>
  parts.filter((part, i) => above(worth(part), worth(idleParts[i])))

const worth = (part: RewardPart | undefined): number => (part?.score ?? 0) * (part?.weight ?? 0)
