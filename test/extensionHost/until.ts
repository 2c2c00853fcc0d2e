import { setTimeout as sleep } from 'node:timers/promises'

const MOST_MILLISECONDS = 45_000

/** The first value that is there. @param what completes "did not happen: …". */
export async function until<T>(what: string, look: () => T | undefined | false | Promise<T | undefined | false>): Promise<T> {
  for (const end = Date.now() + MOST_MILLISECONDS; Date.now() < end; await sleep(50)) {
    const found = await look()
    if (found !== undefined && found !== false) return found
  }
  throw new Error(`This did not happen: ${what}.`)
}
