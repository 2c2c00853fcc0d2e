import type { SuggestionSettings } from '../contracts/settings.ts'
import type { AskingLimits } from './promptedSuggester.ts'

export const limitsOf = ({ maxRequests, maxTokens, maxCost, inputPrice, outputPrice, replyTokens, timeoutSeconds }: SuggestionSettings): Omit<AskingLimits, 'atOnce' | 'promptTokens'> => ({
  caps: { requests: maxRequests, tokens: maxTokens, cost: maxCost }, prices: { input: inputPrice, output: outputPrice }, replyTokens, seconds: timeoutSeconds
})

/** What people are told of the caps before they agree. `priced`: whether the prices are those of the model. */
export function capText({ maxRequests, maxTokens, maxCost, inputPrice, outputPrice }: SuggestionSettings, priced: boolean): string {
  const plain = `At most ${maxRequests.toLocaleString('en')} requests and ${maxTokens.toLocaleString('en')} tokens`
  if (!priced) return `${plain}; the provider counts them against your quota.`
  return inputPrice + outputPrice > 0 ? `${plain}, and a cost of ${maxCost} at the prices in the settings.` : `${plain}. No prices are set, so that the cost is not limited.`
}
