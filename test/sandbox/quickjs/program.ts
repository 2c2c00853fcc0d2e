import type { TamperKind, TestVerdict } from '../../../trainer/protocol/execution.ts'

/** What no program may ever find: it stands in the environment of the trainer's process and in a file whose path programs are given. */
export const SECRET = 'rollout-lab-canary-5b1f'

/** A program that was asked for `f(a, b) = a + b` and does something else; `f` is called with 2 and 3, and 5 is right. */
export interface HostileProgram {
  readonly name: string
  /** `$FILE` and `$PORT` stand for a file of the machine and for a port that listens. */
  readonly text: string
  /** One of them; `pass` only where the answer is right and nothing was gained. */
  readonly verdict: TestVerdict | readonly TestVerdict[]
  /** Marks that the record must have; default: none. */
  readonly signals?: readonly TamperKind[]
  /** A program that never ends: its limit is short. All others have more time than they could need. */
  readonly endless?: true
  /** Prints the answer for the input `2 3` in place of giving it. */
  readonly prints?: true
}

/** A program that never ends by itself. */
export const endless = (name: string, text: string, verdict: HostileProgram['verdict'] = 'timeout'): HostileProgram => ({ name, text, verdict, endless: true })

/** A function body in place of `f`. */
export const body = (name: string, text: string, verdict: HostileProgram['verdict'], more: Partial<HostileProgram> = {}): HostileProgram =>
  ({ name, text: `function f(a, b) { ${text} }`, verdict, ...more })
