import type { Problem } from '../protocol/problem.ts'
import type { CritiqueWords, PromptOf } from './environment.ts'

/** What a critic is given, in training and when it is asked: the environment's own words, where it has some. */
export const askForCritique = (words: CritiqueWords | undefined, problem: Problem, response: string): PromptOf =>
  words?.critiquePrompt(problem, response) ?? { prompt: `${problem.prompt}\n\n${response}\n\nCritique:\n` }
