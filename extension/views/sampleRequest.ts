import type { SampleRequest } from '../../webviews/protocol/playground.ts'

/** Said to people; `code` and `remedy` reach the page. */
export class PlaygroundError extends Error {
  readonly code = 'playground'
  readonly remedy: string

  constructor(message: string, remedy: string) {
    super(message)
    this.name = 'PlaygroundError'
    this.remedy = remedy
  }
}

/** What one argument of a process can hold everywhere. */
const PROMPT_MOST = 30_000

/** @throws PlaygroundError for what a page should not have sent. */
export function checkSample({ prompt, count, maxTokens, temperature, topP, topK, seed }: SampleRequest): void {
  if (typeof prompt !== 'string' || prompt.length === 0) throw new PlaygroundError('The prompt is empty.', 'Write what the model is given.')
  if (prompt.length > PROMPT_MOST) throw new PlaygroundError(`The prompt has ${prompt.length} characters; ${PROMPT_MOST} fit.`, 'Shorten the prompt.')
  const whole = (name: string, value: number, least: number, most: number) => {
    if (!Number.isInteger(value) || value < least || value > most) throw new PlaygroundError(`${name} is ${value}.`, `Allowed: a whole number from ${least} to ${most}.`)
  }
  whole('Completions', count, 1, 64)
  whole('Tokens', maxTokens, 1, 100_000)
  whole('Top k', topK, 0, 1_000_000)
  whole('Seed', seed, 0, Number.MAX_SAFE_INTEGER)
  if (!Number.isFinite(temperature) || temperature < 0) throw new PlaygroundError(`Temperature is ${temperature}.`, 'Allowed: a number, at least 0.')
  if (!Number.isFinite(topP) || topP <= 0 || topP > 1) throw new PlaygroundError(`Top p is ${topP}.`, 'Allowed: a number above 0 and at most 1, which is off.')
}

/** Arguments of the trainer's command line. The prompt is bound to its option, so that it cannot be read as another one. */
export function sampleArguments(directory: string, request: SampleRequest, { engine, threads }: { readonly engine: string; readonly threads: number }): string[] {
  return [
    'sample', directory, '--json', '--partial', `--prompt=${request.prompt}`, '--n', String(request.count), '--max-tokens', String(request.maxTokens),
    '--temperature', String(request.temperature), '--top-p', String(request.topP), '--top-k', String(request.topK), '--seed', String(request.seed),
    '--engine', engine, '--threads', String(threads)
  ]
}
