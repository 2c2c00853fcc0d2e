import { LabError } from '../errors.ts'
import { quote } from '../graders/quote.ts'
import type { Message } from '../protocol/problem.ts'

/** A prompt for models with a chat template: what to do, then the problem in its own notation. */
export const asMessages = (instruction: string, prompt: string): Message[] => [{ role: 'user', content: `${instruction}\n\n${prompt}` }]

/** For a prompt that its environment cannot have made. */
export const badPrompt = (environment: string, prompt: string, form: string): LabError =>
  new LabError('environment', 'environment/bad-prompt', `${environment}: the prompt ${quote(prompt)} does not have the form ${form}.`, {
    remedy: 'Grade a problem with the environment that made it.'
  })
