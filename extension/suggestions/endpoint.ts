import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { Count } from '../../trainer/protocol/numbers.ts'
import type { Usage } from './budget.ts'
import type { EndpointAddress } from './endpointAddress.ts'
import { SuggestionFailure } from './failures.ts'
import type { Ask } from './promptedSuggester.ts'
import { readAtMost } from './readAtMost.ts'

export interface Endpoint {
  readonly address: EndpointAddress
  readonly model: string
  readonly key?: string
  readonly replyTokens: number
  /** Longest pause, in seconds, that a server may ask for before the same prompt is sent again. */
  readonly longestPause: number
}

/** Sends of one prompt at most, where a server asks to come back later. */
const MOST_SENDS = 4
/** Bytes of an answer that are read. */
const MOST_BYTES = 2_000_000
const LATER = [429, 503]

const Completion = z.object({
  choices: z.array(z.object({ message: z.object({ content: z.string() }) })).min(1),
  usage: z.object({ prompt_tokens: Count, completion_tokens: Count }).nullish().catch(undefined)
})

/**
 * Asks an endpoint that speaks OpenAI's chat completions. Redirects are refused: neither key nor texts go anywhere else. `wait`
 * pauses for so many seconds.
 */
export function askEndpoint(endpoint: Endpoint, wait = pause): Ask {
  // Older servers know `max_tokens` alone, some models refuse it.
  let limit: 'max_tokens' | 'max_completion_tokens' = 'max_tokens'
  return async (prompt, { signal, again }) => {
    for (let sends = 1; ; sends++) {
      // Requests are under way beside this one: the answer to any of them may change the name.
      const sent = limit
      const response = await send(endpoint, { model: endpoint.model, messages: [{ role: 'user', content: prompt }], [sent]: endpoint.replyTokens }, signal)
      const text = await readAtMost(response, MOST_BYTES)
      if (response.ok) return completionOf(text)
      if (response.status === 400 && sent === 'max_tokens' && text.includes('max_completion_tokens')) {
        limit = 'max_completion_tokens'
      } else {
        if (!LATER.includes(response.status)) throw refused(response.status, text)
        await wait(secondsToWait(response, sends, endpoint.longestPause), signal)
      }
      again()
    }
  }
}

async function send({ address, key }: Endpoint, body: object, signal: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }
  try {
    return await fetch(address.url, { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error', signal })
  } catch (error) {
    signal.throwIfAborted()
    throw new SuggestionFailure('unreachable', `${address.origin} cannot be reached: ${reasonOf(error)}.`, { cause: error })
  }
}

function completionOf(text: string): { readonly text: string; readonly usage?: Usage } {
  const parsed = Completion.safeParse(jsonOrNothing(text))
  if (!parsed.success) throw new SuggestionFailure('notJson', 'The endpoint’s answer is no chat completion.')
  const { choices, usage } = parsed.data
  return { text: choices[0]!.message.content, ...(usage ? { usage: { input: usage.prompt_tokens, output: usage.completion_tokens } } : {}) }
}

function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // What is no JSON is no completion either.
    return undefined
  }
}

/** Seconds until the next send: as the server asks (a number or a date), else 1, 2, 4 … @throws SuggestionFailure `rateLimited` */
function secondsToWait({ status, headers }: Response, sends: number, longest: number): number {
  const asked = headers.get('retry-after')
  const seconds = asked === null ? 2 ** (sends - 1) : /^\d+$/.test(asked.trim()) ? Number(asked) : Math.max(0, (Date.parse(asked) - Date.now()) / 1000)
  if (sends >= MOST_SENDS) throw new SuggestionFailure('rateLimited', `The endpoint answered ${status} ${sends} times.`)
  if (!(seconds <= longest)) throw new SuggestionFailure('rateLimited', `The endpoint answered ${status} and asks to wait ${Math.round(seconds)} s, longer than ${longest} s.`)
  return seconds
}

/** A key that is refused, or a model that is not there, will be so next time. */
function refused(status: number, text: string): SuggestionFailure {
  return new SuggestionFailure('refused', `The endpoint answered ${status}: ${text.slice(0, 300)}`, { forAll: [401, 402, 403, 404].includes(status) })
}

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error
  return cause instanceof Error && cause.message !== '' ? cause.message : message
}

const pause = async (seconds: number, signal: AbortSignal): Promise<void> => {
  await sleep(seconds * 1000, undefined, { signal })
}
