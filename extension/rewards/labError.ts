import type { LabEnd } from '../contracts/trainers.ts'

/** What the command line said, with its code, by which `withConsents` knows what people can be asked for. */
export function labError({ errors, errorCode }: Pick<LabEnd, 'errors' | 'errorCode'>, otherwise: string): Error {
  const message = errors.replace(/^error: /, '').trim() || otherwise
  return Object.assign(new Error(message), errorCode === undefined ? {} : { code: errorCode })
}
