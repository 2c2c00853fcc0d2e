import assert from 'node:assert/strict'
import * as vscode from 'vscode'
import type { SuggestionFailure } from '../../extension/suggestions/failures.ts'
import { languageModels, languageModelSuggester } from '../../extension/suggestions/languageModels.ts'
import type { Outcome } from '../../extension/suggestions/review.ts'
import { reviewPrompt } from '../../extension/suggestions/reviewPrompt.ts'
import { rolloutWithSteps } from '../../webviews/labeller/labeller.fixture.ts'
import { until } from './until.ts'

const VENDOR = 'rollout-lab-suites'
const LIMITS = { caps: { requests: 100, tokens: 1e6, cost: 1 }, prices: { input: 0, output: 0 }, replyTokens: 100, seconds: 600 }
const GOOD = JSON.stringify({ ratings: [1, -1], firstWrongStep: 2, right: false, critique: 'It is 3.' })

type Progress = { report(part: vscode.LanguageModelTextPart): void }
type Behaviour = (prompt: string, progress: Progress, token: vscode.CancellationToken) => Promise<void>
/** Newer than the oldest VS Code that the extension runs in, and its types. */
type Registers = { registerLanguageModelChatProvider(vendor: string, provider: object): vscode.Disposable }

/** VS Code's own language models, with a provider of the suite's. */
export function suggestionsSuite(): void {
  describe('drafts by language models of VS Code', () => {
    let behaviour: Behaviour = (_, progress) => Promise.resolve(progress.report(new vscode.LanguageModelTextPart(GOOD)))
    const prompts: string[] = []
    let provider: vscode.Disposable
    let model: vscode.LanguageModelChat

    before(async () => {
      provider = (vscode.lm as unknown as Registers).registerLanguageModelChatProvider(VENDOR, {
        provideLanguageModelChatInformation: () => [{ id: 'suite', name: 'Suite', family: 'f', version: '1', maxInputTokens: 1000, maxOutputTokens: 1000, capabilities: {} }],
        provideLanguageModelChatResponse: (_: unknown, messages: readonly vscode.LanguageModelChatMessage[], __: unknown, progress: Progress, token: vscode.CancellationToken) => {
          const prompt = messages.flatMap(({ content }) => content).map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : '')).join('')
          prompts.push(prompt)
          return behaviour(prompt, progress, token)
        },
        provideTokenCount: () => Promise.resolve(1)
      })
      model = await until('the model is there', async () => (await languageModels()).find(({ vendor }) => vendor === VENDOR))
    })
    after(() => provider.dispose())
    beforeEach(() => void prompts.splice(0))

    async function review(seconds = LIMITS.seconds, signal = new AbortController().signal): Promise<Outcome> {
      const outcomes: Outcome[] = []
      await languageModelSuggester(model, { ...LIMITS, seconds }, []).review([rolloutWithSteps(2)], (outcome) => outcomes.push(outcome), signal)
      return outcomes[0]!
    }
    const failing = async (code: SuggestionFailure['code'], seconds?: number): Promise<void> => {
      const outcome = await review(seconds)
      assert.ok('failure' in outcome)
      assert.equal(outcome.failure.code, code, outcome.failure.message)
    }

    it('are made of an answer in pieces to the prompt that people were shown', async () => {
      behaviour = (_, progress) => Promise.resolve([...GOOD].forEach((letter) => progress.report(new vscode.LanguageModelTextPart(letter))))
      const outcome = await review()
      assert.deepEqual('review' in outcome && outcome.review, { ratings: [{ step: 0, rating: 1 }, { step: 1, rating: -1 }], firstError: 1, right: false, critique: 'It is 3.' })
      assert.deepEqual(prompts, [reviewPrompt(rolloutWithSteps(2))])
      const { source } = languageModelSuggester(model, LIMITS, [])
      assert.deepEqual(source, { kind: 'model', provider: `vscode.lm/${VENDOR}`, model: 'suite' })
    })

    it('do not come of garbage, silence or an error', async () => {
      behaviour = (_, progress) => Promise.resolve(progress.report(new vscode.LanguageModelTextPart('Fine!')))
      await failing('notJson')
      behaviour = () => Promise.resolve()
      await failing('notJson')
      behaviour = () => Promise.reject(new Error('out of tokens'))
      await failing('failed')
    })

    it('are not waited for past the limit, even from a model that pays no heed', async () => {
      behaviour = () => new Promise(() => undefined)
      await failing('noAnswer', 0.2)
    })

    it('tell the model when they are given up', async () => {
      const stop = new AbortController()
      let told = false
      behaviour = (_, __, token) => new Promise((resolve) => {
        token.onCancellationRequested(() => ((told = true), resolve()))
        stop.abort()
      })
      assert.equal(await review(LIMITS.seconds, stop.signal), undefined)
      await until('the model was told', () => told)
    })

    it('are not asked for where the model has no room for the prompt', async () => {
      const outcomes: Outcome[] = []
      await languageModelSuggester(model, LIMITS, []).review([rolloutWithSteps(200)], (outcome) => outcomes.push(outcome), new AbortController().signal)
      assert.deepEqual([outcomes.map((outcome) => 'failure' in outcome && outcome.failure.code), prompts], [['promptTooLong'], []])
    })
  })
}
