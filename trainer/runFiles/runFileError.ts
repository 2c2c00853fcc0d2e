import { LabError } from '../errors.ts'

/** One mistake in a run file. */
export interface Mistake {
  /** `runFile/unknown-field`, `runFile/missing-field`, `runFile/wrong-value`, … */
  readonly code: string
  /** `file:line:column`, or `--set path`. */
  readonly place: string
  /** What was found. */
  readonly message: string
  /** What is allowed, or what was probably meant. */
  readonly remedy: string
}

/** Every mistake of a run file at once, so that people mend them in one go. */
export class RunFileError extends LabError {
  readonly mistakes: readonly Mistake[]

  constructor(file: string, mistakes: readonly [Mistake, ...Mistake[]]) {
    const [first] = mistakes
    const single = mistakes.length === 1
    super('runFile', single ? first.code : 'runFile/invalid', single ? first.message : summary(file, mistakes), {
      place: single ? first.place : file,
      remedy: single ? first.remedy : 'Mend these; `lab schema` prints everything that a run file may say.'
    })
    this.mistakes = mistakes
  }

  /** Throws where there are mistakes. */
  static refuse(file: string, mistakes: readonly Mistake[]): void {
    const [first, ...rest] = mistakes
    if (first) throw new RunFileError(file, [first, ...rest])
  }
}

function summary(file: string, mistakes: readonly Mistake[]): string {
  return [`${mistakes.length} mistakes in ${file}:`, ...mistakes.map(({ place, message, remedy }) => `  ${place}  ${message} ${remedy}`)].join('\n')
}
