// Two language models for tests: one reviews as asked, one rambles. What they are sent goes to the file of ROLLOUT_LAB_TEST_PROMPTS.
const { appendFileSync } = require('node:fs')
const vscode = require('vscode')

const model = (id, name) => ({ id, name, family: 'test', version: '1', maxInputTokens: 100_000, maxOutputTokens: 1000, capabilities: {} })
const textOf = (messages) => messages.flatMap(({ content }) => content).map((part) => part.value ?? '').join('')

function review(prompt) {
  const { solution } = JSON.parse(prompt.slice(prompt.indexOf('\n{\n  "problem"')))
  return JSON.stringify({ ratings: [...solution.steps.slice(0, 2).map(() => 1), -1], firstWrongStep: 3, right: false, critique: 'The third step does not follow.' })
}

exports.activate = (context) => {
  context.subscriptions.push(vscode.lm.registerLanguageModelChatProvider('rollout-lab-tests', {
    provideLanguageModelChatInformation: () => [model('reviewer', 'Test Reviewer'), model('rambler', 'Test Rambler')],
    provideLanguageModelChatResponse: async ({ id }, messages, _options, progress) => {
      const prompt = textOf(messages)
      appendFileSync(process.env.ROLLOUT_LAB_TEST_PROMPTS, `${JSON.stringify({ id, prompt })}\n`)
      const answer = id === 'reviewer' ? review(prompt) : 'Looks good to me!'
      // In pieces, as models answer.
      for (let at = 0; at < answer.length; at += 20) progress.report(new vscode.LanguageModelTextPart(answer.slice(at, at + 20)))
    },
    provideTokenCount: async (_model, text) => (typeof text === 'string' ? text : textOf([text])).length
  }))
}
