import { LabError } from '../../errors.ts'

/** What a test makes an engine call do: die with all later calls, never answer, or meet a number that is not finite. */
export type Failure = 'crash' | 'hang' | 'notFinite'
/** Asked before every call with the verb and how often it was called on this engine, from 1. */
export type FailureScript = (verb: string, count: number) => Failure | undefined

/** Runs calls one at a time, as the contract says, and makes them fail as scripted. */
export interface CallQueue {
  run<T>(verb: string, work: () => Promise<T>): Promise<T>
  close(): void
}

const died = (): LabError =>
  new LabError('engine', 'engine/died', 'The engine process ended unexpectedly.', { remedy: 'The trainer starts another engine by itself.' })

const notFinite = (): LabError =>
  new LabError('engine', 'engine/not-finite', 'The gradient of tensor previous holds a value that is not finite.', {
    remedy: 'Lower the learning rate, or resume from the last checkpoint.',
    place: 'previous'
  })

export function createCallQueue(script: FailureScript): CallQueue {
  const counts = new Map<string, number>()
  let tail: Promise<unknown> = Promise.resolve()
  let dead = false
  let rejectHung: (reason: LabError) => void = () => undefined
  const hung = new Promise<never>((_, reject) => (rejectHung = reject))
  hung.catch(() => undefined)

  const attempt = async <T>(verb: string, work: () => Promise<T>): Promise<T> => {
    if (dead) throw died()
    const count = (counts.get(verb) ?? 0) + 1
    counts.set(verb, count)
    const failure = script(verb, count)
    if (failure === 'hang') return hung
    if (failure === 'notFinite') throw notFinite()
    if (failure === 'crash') dead = true
    if (dead) throw died()
    return work()
  }
  return {
    run: (verb, work) => {
      const result = tail.then(() => attempt(verb, work))
      tail = result.catch(() => undefined)
      return result
    },
    close: () => {
      dead = true
      rejectHung(died())
    }
  }
}
