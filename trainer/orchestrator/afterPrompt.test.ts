import assert from 'node:assert/strict'
import type { Environment } from '../environments/environment.ts'
import { arithmeticChain } from '../environments/arithmeticChain.ts'
import { functionSynthesis } from '../environments/functionSynthesis.ts'
import { jsonlEnvironment, JsonlOptions } from '../environments/jsonl.ts'
import { afterPrompt } from '../environments/openedThinking.ts'
import type { Problem } from '../protocol/problem.ts'
import { gradeText } from './grading.ts'

const OPENED = '<｜User｜>What is 3 + 4?<｜Assistant｜><think>\n'
const problem: Problem = { id: 'a', environment: 'jsonl', prompt: 'What is 3 + 4?', gold: '7', params: {} }
const words = jsonlEnvironment({ path: 'a.jsonl', rows: [], broken: [], brokenCount: 0 }, JsonlOptions.parse({ path: 'a.jsonl' })) as Environment

const found = (environment: Environment, prompt: string, text: string, of = problem) => {
  const { found: all } = gradeText(afterPrompt({ environment, problem: of }, { text: prompt }), text)
  const { verdict, rendering, steps } = all!
  return { correct: verdict.correct, spans: rendering.spans.map(({ kind, from, to }) => `${kind}: ${text.slice(from, to)}`), wellFormed: rendering.wellFormed, why: rendering.why, steps }
}

describe('afterPrompt', () => {
  it('takes no answer out of reasoning that the prompt opened and the completion never closed', () => {
    const { correct, spans, wellFormed, why } = found(words, OPENED, 'Perhaps \\boxed{7}.\nOr')
    assert.deepEqual({ correct, spans, wellFormed }, { correct: false, spans: ['think: Perhaps \\boxed{7}.\nOr', 'step: Perhaps \\boxed{7}.', 'step: Or'], wellFormed: false })
    assert.equal(why, 'The reasoning is not closed by “</think>”.')
  })

  it('reads what is closed, or has tags of its own, as it stands', () => {
    for (const text of ['So 7.</think>\\boxed{7}', '<think>So 7.</think>\\boxed{7}']) {
      const { correct, spans } = found(words, OPENED, text)
      assert.deepEqual({ correct, spans }, { correct: true, spans: ['think: So 7.', 'step: So 7.', 'answer: 7'] })
    }
  })

  it('changes nothing behind other prompts', () => {
    for (const prompt of ['What is 3 + 4?', 'Think between <think> and </think>: 3 + 4?', '<|assistant|><think>\n\n</think>\n\n']) {
      assert.equal(afterPrompt({ environment: words, problem }, { text: prompt }).environment, words)
      assert.equal(found(words, prompt, 'Perhaps \\boxed{7}.\nOr').correct, true)
    }
  })

  it('finds steps where they stand in the completion', () => {
    const chain: Problem = { id: 'b', environment: 'arithmetic-chain', prompt: '13 + 4 :', gold: '17', params: {} }
    const text = '13 + 4 = 17 ;'
    const { steps } = found(arithmeticChain as Environment, OPENED, text, chain)
    assert.deepEqual(steps.map(({ from, to, ok }) => [text.slice(from, to), ok]), [['13 + 4 = 17', true]])
  })

  it('runs no program out of unfinished reasoning', () => {
    const drawn = { environment: functionSynthesis as Environment, problem: { ...problem, prompt: 'p 3 4 > 7 | q 8 2 > 10 :', gold: 'a + b', data: { hidden: [[9, 9, 18]] } } }
    const isProgram = (text: string, prompt: string): boolean => !('none' in afterPrompt(drawn, { text: prompt }).environment.code!.task(text, drawn.problem))
    const program = '```js\nfunction f(a, b) { return a + b }\n```'
    assert.deepEqual([isProgram(program, 'Write f.'), isProgram(program, OPENED), isProgram(`So:</think>${program}`, OPENED)], [true, false, true])
  })

  it('asks a dataset for its vocabulary only when somebody else does', () => {
    const lazy = Object.defineProperties({ ...words }, { vocabulary: { get: () => assert.fail('was made'), enumerable: true, configurable: true } }) as Environment
    assert.equal(found(lazy, OPENED, '\\boxed{7}').correct, false)
  })
})
