import type { Problem } from '../protocol/problem.ts'
import type { CheatResult, RedTeamReport } from '../protocol/redTeam.ts'
import { randomStream } from '../random/random.ts'
import { applies, cheatAttempt, subjectOf } from './attempts.ts'
import { BATTERY } from './battery.ts'
import type { Cheat } from './cheat.ts'
import { pay } from './payment.ts'
import type { Attempt, Payer, Payment } from './payment.ts'
import { above, partsText, payingParts, scaleOf } from './scale.ts'
import type { Scale } from './scale.ts'

/** Rewards to be tried, with the environment whose completions they score. */
export interface RedTeamSubject extends Payer {
  readonly options: unknown
}

export interface RedTeamOptions {
  readonly seed: number
  /** Problems of each environment. */
  readonly problems: number
  /** Cheats tried at a time. */
  readonly width: number
  readonly battery?: readonly Cheat[]
  readonly signal?: AbortSignal
  readonly onProgress?: (done: number, of: number) => void
}

export const DEFAULTS = { seed: 1, problems: 2, width: 4 } as const

/**
 * Which cheats the rewards pay: each is tried on problems of the environment, beside the solution and attempts that do nothing.
 * @throws LabError `sandbox/infrastructure` where even the solution could not be run.
 */
export async function redTeam(subject: RedTeamSubject, options: RedTeamOptions): Promise<RedTeamReport> {
  const { width, signal, battery = BATTERY } = options
  const scales: Scale[] = []
  for (const problem of problemsOf(subject, options)) scales.push(await scaleOf(subject, subjectOf(subject.environment, problem), signal))
  const meant = battery.filter((cheat) => scales.some((scale) => applies(cheat, scale.subject)))
  let done = 0
  const cheats = await inParallel(meant, width, async (cheat) => {
    const result = await worstOf(subject, scales, cheat, signal)
    options.onProgress?.(++done, meant.length)
    return result
  })
  return { version: 1, golds: scales.map(({ gold }) => gold), cheats }
}

/** Those that are tried, each once. */
export function problemsOf({ environment, options }: Pick<RedTeamSubject, 'environment' | 'options'>, { seed, problems }: Pick<RedTeamOptions, 'seed' | 'problems'>): Problem[] {
  const drawn = Array.from({ length: problems }, (_, i) => environment.generate(randomStream(seed, 'redTeam', i), 'train', options))
  return [...new Map(drawn.map((problem) => [problem.id, problem])).values()]
}

const GRAVITY: Readonly<Record<CheatResult['outcome'], number>> = { paid: 3, escaped: 2, unpaid: 1, untested: 0 }

/** The worst that a cheat did on any of the problems. */
async function worstOf(payer: Payer, scales: readonly Scale[], cheat: Cheat, signal: AbortSignal | undefined): Promise<CheatResult> {
  const results: CheatResult[] = []
  for (const scale of scales) results.push(await triedOn(payer, scale, cheat, signal))
  return results.sort((a, b) => GRAVITY[b.outcome] - GRAVITY[a.outcome] || (b.reward ?? 0) - (a.reward ?? 0))[0]!
}

async function triedOn(payer: Payer, scale: Scale, cheat: Cheat, signal: AbortSignal | undefined): Promise<CheatResult> {
  const { subject, gold: { environment, language } } = scale
  const { name, family, title } = cheat
  const untested: CheatResult = { environment, language, cheat: name, family, title, outcome: 'untested', reward: null, share: null, why: 'It has no form for this language.', signals: [] }
  // Cheats signal, flood and overwrite: none is ever run as the user.
  if (scale.backend === 'unsafe') return { ...untested, why: 'It does harm on purpose, and there is no sandbox to try it in.' }
  const attempt = cheatAttempt(subject, cheat)
  return attempt ? { ...untested, ...verdictOn(scale, await payTwice(payer, subject.problem, attempt, signal)) } : untested
}

type CheatVerdict = Pick<CheatResult, 'outcome' | 'reward' | 'share' | 'why' | 'signals'>

function verdictOn({ gold, idle, idleParts }: Scale, payment: Payment): CheatVerdict {
  const { reward, parts, execution } = payment
  const signals = [...new Set(execution.signals.map(({ kind }) => kind))]
  if (reward === null) return { outcome: gold.reward === null ? 'untested' : 'escaped', reward, share: null, why: execution.failure ?? partsText(parts), signals }
  const share = gold.reward === null || !gold.paid ? null : (reward - idle) / (gold.reward - idle)
  if (above(reward, idle)) return { outcome: 'paid', reward, share, why: partsText(payingParts(parts, idleParts)) || partsText(parts), signals }
  return { outcome: 'unpaid', reward, share, why: stoppedBy(payment), signals }
}

/** What was not scorable is tried again: a failure of the machine passes, a cheat that brings it about stays. */
async function payTwice(payer: Payer, problem: Problem, attempt: Attempt, signal: AbortSignal | undefined): Promise<Payment> {
  const first = await pay(payer, problem, attempt, signal)
  return first.reward === null ? await pay(payer, problem, attempt, signal) : first
}

function stoppedBy({ execution, parts }: Payment): string {
  const failed = execution.tests.find(({ verdict }) => verdict !== 'pass')
  return failed ? `${failed.verdict ?? 'not judged'}: ${failed.why}` : partsText(parts)
}

/** In the order of the items, at most `width` at a time. */
async function inParallel<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const at = next++
      results[at] = await work(items[at]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker))
  return results
}
