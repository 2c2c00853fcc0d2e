import * as vscode from 'vscode'
import { plainLine } from '../plainText.ts'
import { estimateTokens } from './budget.ts'
import { SuggestionFailure } from './failures.ts'
import { MOST_REPLY } from './parseReply.ts'
import { promptedSuggester } from './promptedSuggester.ts'
import type { Ask, AskingLimits } from './promptedSuggester.ts'
import type { Suggester } from './suggester.ts'

const JUSTIFICATION = 'Drafts ratings and critiques of rollouts that you chose.'

/** Models that extensions offer to others; none where language models are switched off. */
export async function languageModels(): Promise<readonly vscode.LanguageModelChat[]> {
  return vscode.lm.selectChatModels()
}

export function languageModelSuggester(model: vscode.LanguageModelChat, limits: Omit<AskingLimits, 'atOnce' | 'promptTokens'>, terms: readonly string[]): Suggester {
  const name = plainLine(model.name || model.id, 80)
  const source = { kind: 'model', provider: `vscode.lm/${plainLine(model.vendor, 60)}`, model: plainLine(model.id, 120) } as const
  const all: AskingLimits = { ...limits, atOnce: 1, promptTokens: model.maxInputTokens > 0 ? model.maxInputTokens : Infinity }
  return promptedSuggester(name, source, { to: `the language model ${name} of ${plainLine(model.vendor, 60)}`, terms }, all, askLanguageModel(model))
}

/** @returns what asks the model: an answer that does not end is cut off by the signal, one that is too long by its length */
export function askLanguageModel(model: Pick<vscode.LanguageModelChat, 'sendRequest'>): Ask {
  return async (prompt, { signal }) => {
    const cancelling = new vscode.CancellationTokenSource()
    signal.addEventListener('abort', () => cancelling.cancel(), { once: true })
    try {
      const response = await model.sendRequest([vscode.LanguageModelChatMessage.User(prompt)], { justification: JUSTIFICATION }, cancelling.token)
      const text = await readAll(response.text)
      return { text, usage: { input: estimateTokens(prompt), output: estimateTokens(text) } }
    } catch (error) {
      throw failureOf(error)
    } finally {
      cancelling.dispose()
    }
  }
}

async function readAll(pieces: AsyncIterable<string>): Promise<string> {
  let text = ''
  for await (const piece of pieces) {
    text += piece
    if (text.length > MOST_REPLY) throw new SuggestionFailure('tooLong', `The answer has more than ${MOST_REPLY} characters.`)
  }
  return text
}

/** Without permission, or with a model that has gone, no other prompt fares better. */
function failureOf(error: unknown): unknown {
  if (!(error instanceof vscode.LanguageModelError)) return error
  const forAll = [vscode.LanguageModelError.NoPermissions.name, vscode.LanguageModelError.Blocked.name, vscode.LanguageModelError.NotFound.name].includes(error.code)
  return new SuggestionFailure('refused', plainLine(error.message, 300) || error.code, { forAll, cause: error })
}
