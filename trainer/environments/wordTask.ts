import type { Problem } from '../protocol/problem.ts'
import { readTrace, renderTrace } from '../renderers/trace.ts'
import type { TraceFormat } from '../renderers/trace.ts'
import type { Word } from '../renderers/words.ts'
import type { Rendering, Verdict } from './environment.ts'
import { asMessages } from './prompt.ts'
import { problemId } from './split.ts'
import { answerText } from './verdict.ts'

/** What environments whose prompts and traces are words of a small vocabulary have alike. */
export interface WordTask {
  /** A problem known by its prompt; `id` is over `key` where the prompt alone does not make the problem. */
  problemOf(prompt: string, content: Pick<Problem, 'gold' | 'params' | 'data'>, key?: string): Problem
  stepsOf(completion: string): readonly (readonly Word[])[]
  render(completion: string): Rendering
  /** `judge` sees the words after `answer`; a completion without any is wrong. */
  grade(completion: string, judge: (answer: string) => Verdict): Verdict
}

export function wordTask(environment: string, instruction: string, format: TraceFormat): WordTask {
  return {
    problemOf: (prompt, content, key = prompt) => ({
      id: problemId(environment, key), environment, prompt, messages: asMessages(instruction, prompt), ...content
    }),
    stepsOf: (completion) => readTrace(completion, format).steps,
    render: (completion) => renderTrace(readTrace(completion, format)),
    grade(completion, judge) {
      const found = answerText(readTrace(completion, format))
      return 'verdict' in found ? found.verdict : judge(found.text)
    }
  }
}
