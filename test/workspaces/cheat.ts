import type { TamperKind } from '../../trainer/protocol/execution.ts'
import type { Target } from './attempts.ts'

/** A program that tries to be paid for answers that it does not have. Code may use the constants REPOSITORY and COPIES. */
export interface Cheat {
  readonly what: string
  readonly target: Target
  /** Run when the module is loaded. */
  readonly top?: string
  /** Body of every function of the module. */
  readonly body?: string
  /** In place of the functions. */
  readonly whole?: string
  /** A signal that has to be recorded. */
  readonly signal?: TamperKind
}

/** Places on the disk that a cheat is told, as though it had guessed them. */
export interface Places {
  readonly repository: string
  readonly copiesFolder: string
}
