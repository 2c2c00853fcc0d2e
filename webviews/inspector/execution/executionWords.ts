import type { Limits, TamperKind, TestVerdict } from '../../../trainer/protocol/execution.ts'
import type { ExecutionCard } from '../../../trainer/protocol/rolloutViews.ts'
import type { RunAgain } from '../../protocol/inspector.ts'
import { secondsText } from '../../protocol/secondsText.ts'
import { visibleLine } from '../../protocol/visibleText.ts'
import { countText, numberText, unitsText } from '../rowText.ts'

const VERDICTS: Readonly<Record<TestVerdict, string>> = {
  pass: 'pass', wrongValue: 'wrong value', exception: 'exception', timeout: 'timeout', memory: 'out of memory', outputLimit: 'too much output',
  forbidden: 'forbidden call', noResult: 'no result'
}
const MEANINGS: Readonly<Record<TestVerdict, string>> = {
  pass: 'The answer is the expected one.', wrongValue: 'The program answered, but not what was expected.', exception: 'The program threw.',
  timeout: 'Its time was up.', memory: 'It used more memory than it may.', outputLimit: 'It printed more than it may.',
  forbidden: 'It did what the sandbox forbids.', noResult: 'It ended without an answer: an early exit, or it was killed.'
}
const SIGNALS: Readonly<Record<TamperKind, string>> = {
  earlyExit: 'ended early', outputAfterVerdict: 'output after the verdict', forbiddenAccess: 'forbidden access', specialCased: 'special-cased answers',
  testsSkipped: 'tests skipped', forgedResult: 'forged result', protectedFile: 'protected file changed'
}
const LIMITS: Readonly<Record<keyof Limits, string>> = {
  wallSeconds: 'wall time', cpuSeconds: 'CPU time', memoryMegabytes: 'memory', processes: 'processes', outputBytes: 'output', fileBytes: 'file size', files: 'number of files'
}

/** A run of another version may say what this one has no words for. */
const wordOf = (words: Readonly<Record<string, string>>, key: string) => (Object.hasOwn(words, key) ? words[key]! : visibleLine(key, 60))

export const testVerdictWord = (verdict: TestVerdict | null) => (verdict === null ? 'not judged' : wordOf(VERDICTS, verdict))
export const testVerdictMeaning = (verdict: TestVerdict | null) => (verdict === null ? 'The machine failed: this counts neither as right nor as wrong.' : wordOf(MEANINGS, verdict))
/** As `verdictWord` and its kin want it. */
export const passed = (verdict: TestVerdict | null) => (verdict === null ? null : verdict === 'pass')
export const signalWord = (kind: string) => wordOf(SIGNALS, kind)
export const limitWord = (limit: string) => wordOf(LIMITS, limit)

/** `3 of 8 tests pass`, or why none was judged. */
export function passText({ tests, byVerdict, failure }: Pick<ExecutionCard, 'tests' | 'byVerdict' | 'failure'>): string {
  if (failure !== null) return 'Not executed: the machine failed'
  if (tests === 0) return 'No test was run'
  return `${countText(byVerdict.pass)} of ${unitsText(tests, 'test')} ${tests === 1 ? 'passes' : 'pass'}`
}

/** Verdicts besides `pass`, most first: `4 wrong value, 1 timeout`. */
export function failureText({ byVerdict }: Pick<ExecutionCard, 'byVerdict'>): string {
  const failed = Object.entries(byVerdict).filter(([verdict, count]) => verdict !== 'pass' && count > 0).sort(([, a], [, b]) => b - a)
  return failed.map(([verdict, count]) => `${countText(count)} ${verdict === 'notJudged' ? 'not judged' : wordOf(VERDICTS, verdict)}`).join(', ')
}

/** Time and memory in the order of their interest; what nobody measured is left out. */
export function costText({ seconds, queueSeconds, cpuSeconds, peakMegabytes, retries }: Pick<ExecutionCard, 'seconds' | 'queueSeconds' | 'cpuSeconds' | 'peakMegabytes' | 'retries'>): string[] {
  return [
    `${secondsText(seconds)}, ${secondsText(queueSeconds)} waiting before`,
    ...(cpuSeconds === null ? [] : [`CPU ${secondsText(cpuSeconds)}`]),
    ...(peakMegabytes === null ? [] : [`peak ${numberText(peakMegabytes)} MB`]),
    ...(retries === 0 ? [] : [`${unitsText(retries, 'retry').replace('retrys', 'retries')} after failures of the machine`])
  ]
}

const LANGUAGES: Readonly<Record<string, string>> = { javascript: 'JavaScript', typescript: 'TypeScript', python: 'Python', sql: 'SQL' }
export const languageWord = (language: string | null) => (language === null ? 'workspace' : wordOf(LANGUAGES, language))

/** What a second execution showed against the recorded one. */
export function againText({ card, changedCount }: Pick<RunAgain, 'card' | 'changedCount'>): string {
  const now = `Run again: ${passText(card)}`
  if (card.failure !== null) return `${now}.`
  return changedCount === 0 ? `${now}, every verdict as recorded.` : `${now}; ${unitsText(changedCount, 'verdict')} ${changedCount === 1 ? 'is' : 'are'} another than recorded.`
}
