import { plainLine } from './plainText.ts'

/** What went wrong and what to do, on one line: of a trainer's, a query's or any other error. */
export function errorText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const remedy = remedyOf(error)
  const sentence = plainLine(message, 300).replace(/[;.]?$/, '.')
  return remedy === undefined || message.includes(remedy) ? sentence : `${sentence} ${plainLine(remedy, 300)}`
}

function remedyOf(error: unknown): string | undefined {
  const { remedy, data } = (error ?? {}) as { remedy?: unknown; data?: { remedy?: unknown } | null }
  const found = remedy ?? data?.remedy
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** The whole of it, for the log. */
export function errorDetail(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? (error.stack ?? error.message) : `${error.stack ?? error.message}\ncaused by ${errorDetail(error.cause)}`
}
