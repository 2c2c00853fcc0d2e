import type { LabEnd } from '../contracts/trainers.ts'

/** What the command line said of its failure. */
export const labWords = ({ errors }: Pick<LabEnd, 'errors'>, otherwise = ''): string => errors.replace(/^error: /, '').trim() || otherwise

/** The same with its code, by which `withConsents` knows what people can be asked for. */
export function labError({ errors, errorCode }: Pick<LabEnd, 'errors' | 'errorCode'>, otherwise: string): Error {
  return Object.assign(new Error(labWords({ errors }, otherwise)), errorCode === undefined ? {} : { code: errorCode })
}
