import { plainLine } from '../plainText.ts'
import type { SuggestionSettings } from '../contracts/settings.ts'
import { askEndpoint } from './endpoint.ts'
import type { EndpointAddress } from './endpointAddress.ts'
import { limitsOf } from './limits.ts'
import { promptedSuggester } from './promptedSuggester.ts'
import type { Suggester } from './suggester.ts'

/** Requests under way at a time. */
const AT_ONCE = 4

/** @throws Error where the key would be readable on its way */
export function endpointSuggester(address: EndpointAddress, settings: SuggestionSettings, key: string | undefined, terms: readonly string[]): Suggester {
  if (key !== undefined && !address.isPrivate) throw new Error(`The key for ${address.origin} would be sent without encryption. Use https, or clear the key.`)
  const model = plainLine(settings.model, 120)
  const limits = { ...limitsOf(settings), atOnce: AT_ONCE, promptTokens: Infinity }
  const open = address.isPrivate ? [] : ['The connection is not encrypted: others on the way can read the texts.']
  const ask = askEndpoint({ address, model: settings.model, replyTokens: settings.replyTokens, longestPause: settings.timeoutSeconds, ...(key === undefined ? {} : { key }) })
  return promptedSuggester(`${model} at ${plainLine(address.url.host, 80)}`, { kind: 'model', provider: plainLine(address.url.host, 80), model }, { to: address.origin, terms: [...open, ...terms] }, limits, ask)
}
