import type { Random } from '../random/random.ts'
import { bodiesNear, valueOf } from './functionBody.ts'
import type { Body, FunctionLanguage } from './functionBody.ts'
import { fits, fittingBodies, numberWord } from './functionExamples.ts'
import { TELL_FAILED, TELL_HIDDEN, tellTest } from './functionFeedback.ts'
import { writeSearch } from './functionTrace.ts'
import type { NamedExample, Written } from './functionTrace.ts'

/** How a repairer of demonstrations works. */
export interface Habits {
  /** Share of turns that stop after one attempt, and attempts of the others. */
  readonly giveUp: number
  readonly attempts: number
  readonly hit: number
  readonly unchecked: number
  /** Share of later turns that go by the first test alone, whatever was told since. */
  readonly ignore: number
}

/** What stands on a problem's first line, and how far the right body may be from the broken one. */
export interface Repair {
  readonly broken: Body
  readonly mistakes: number
  readonly language: FunctionLanguage
}

/** One turn: proposals near the broken body, checked against the tests that were told. */
export function writeRepair({ broken, mistakes, language }: Repair, told: readonly NamedExample[], random: Random, habits: Habits): Written {
  const proposals = bodiesNear(broken, mistakes)
  const checked = told.length > 1 && random.next() < habits.ignore ? told.slice(0, 1) : told
  const fitting = fittingBodies(checked.map(({ example }) => example), proposals)
  const unchecked = random.next() < habits.unchecked
  const attempts = random.next() < habits.giveUp ? 1 : habits.attempts
  return writeSearch({ checked, proposals, fitting, hit: habits.hit, attempts, unchecked, language }, random)
}

/** What may be told of a program that failed. */
export const FEEDBACK = ['tests', 'newTests', 'verdict'] as const
export type Feedback = (typeof FEEDBACK)[number]

/** The test of the first line comes last: of what is known already nothing new is learned. */
export const leastTold = (visible: readonly NamedExample[], first: NamedExample): NamedExample[] =>
  [...visible.filter(({ letter }) => letter !== first.letter), ...visible.filter(({ letter }) => letter === first.letter)]

/** What is told of a body that fails, and the tests known then; null where it passes all tests. */
export function tellBody(body: Body, right: Body, visible: readonly NamedExample[], told: readonly NamedExample[], only: Feedback): { feedback: string; told: NamedExample[] } | null {
  const order = only === 'newTests' ? leastTold(visible, told[0]!) : visible
  const failed = order.find(({ example }) => !fits(body, [example]))
  if (failed === undefined && body === right) return null
  if (only === 'verdict') return { feedback: TELL_FAILED, told: [...told] }
  if (failed === undefined) return { feedback: TELL_HIDDEN, told: [...told] }
  const feedback = tellTest(failed, numberWord(valueOf(body, failed.example.a, failed.example.b)))
  return { feedback, told: told.some(({ letter }) => letter === failed.letter) ? [...told] : [...told, failed] }
}
