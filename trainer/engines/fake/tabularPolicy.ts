import { hash32, randomStream } from '../../random/random.ts'

/**
 * A policy without hidden layers: the logits of the next token are the sum of three table rows, chosen by the token
 * before, the last token of the prompt and the position in the completion. Gradients are exact and readable.
 */
export const TABLES = ['previous', 'prompt', 'position'] as const
export type Table = (typeof TABLES)[number]
/** Everything that is trained: the tables of logits and the reward head. */
export const PARAMETERS = [...TABLES, 'head'] as const
/** Positions from here on share the last row of their table. */
export const POSITIONS = 8

/**
 * Row-major tables of logits; `position` has POSITIONS rows, the others one per token. `head`: the reward head's part of each
 * token, then of each position.
 */
export type Tables = Record<Table | 'head', Float64Array>

/** Which row of each table a token's logits are made of. */
export type Rows = Readonly<Record<Table, number>>

export const rowsOf = (table: Table, vocabularySize: number): number => (table === 'position' ? POSITIONS : vocabularySize)

export function emptyTables(vocabularySize: number): Tables {
  const make = (table: Table): Float64Array => new Float64Array(rowsOf(table, vocabularySize) * vocabularySize)
  return { previous: make('previous'), prompt: make('prompt'), position: make('position'), head: new Float64Array(vocabularySize + POSITIONS) }
}

/** Small random logits, so that no two tokens tie. */
export function randomTables(vocabularySize: number, seed: number): Tables {
  const tables = emptyTables(vocabularySize)
  for (const table of TABLES) {
    const random = randomStream('tables', seed, hash32(table))
    tables[table].forEach((_, i) => (tables[table][i] = 0.1 * random.normal()))
  }
  return tables
}

export function copyTables(tables: Tables): Tables {
  return { previous: tables.previous.slice(), prompt: tables.prompt.slice(), position: tables.position.slice(), head: tables.head.slice() }
}

export function rowsAt(prompt: readonly number[], completion: readonly number[], t: number): Rows {
  const last = prompt.at(-1) ?? 0
  return { previous: t === 0 ? last : completion[t - 1]!, prompt: last, position: Math.min(t, POSITIONS - 1) }
}

/** Log-probabilities of every next token. */
export function nextLogprobs(tables: Tables, rows: Rows, vocabularySize: number): Float64Array {
  const logits = new Float64Array(vocabularySize)
  for (const table of TABLES) {
    const from = rows[table] * vocabularySize
    for (let v = 0; v < vocabularySize; v++) logits[v]! += tables[table][from + v]!
  }
  return logSoftmax(logits)
}

export function logSoftmax(logits: Float64Array): Float64Array {
  let max = -Infinity
  for (const logit of logits) max = Math.max(max, logit)
  let sum = 0
  for (const logit of logits) sum += Math.exp(logit - max)
  const normaliser = max + Math.log(sum)
  return logits.map((logit) => logit - normaliser)
}

/** Where the head's output at token `t` is made of: it has read the token. */
const headPlaces = (completion: readonly number[], t: number, vocabularySize: number): [number, number] =>
  [completion[t]!, vocabularySize + Math.min(t, POSITIONS - 1)]

export function headOutputs({ head }: Tables, completion: readonly number[], vocabularySize: number): number[] {
  return completion.map((_, t) => headPlaces(completion, t, vocabularySize).reduce((sum, place) => sum + head[place]!, 0))
}

export function addHeadGradient({ head }: Tables, completion: readonly number[], gradHead_T: readonly number[], vocabularySize: number): void {
  gradHead_T.forEach((slope, t) => {
    for (const place of headPlaces(completion, t, vocabularySize)) head[place]! += slope
  })
}

/** In nats. */
export function entropyOf(logprobs: Float64Array): number {
  let entropy = 0
  for (const logprob of logprobs) entropy -= logprob === -Infinity ? 0 : Math.exp(logprob) * logprob
  return Math.max(0, entropy)
}

/** Adds the gradient of a loss by the logits of one token, given its derivatives by log-probability and entropy. */
export function addGradient(
  gradient: Tables, rows: Rows, logprobs: Float64Array, token: number, gradLogprob: number, gradEntropy: number
): void {
  const size = logprobs.length
  const entropy = entropyOf(logprobs)
  for (let v = 0; v < size; v++) {
    const p = Math.exp(logprobs[v]!)
    const byLogit = gradLogprob * ((v === token ? 1 : 0) - p) - gradEntropy * p * (logprobs[v]! + entropy)
    for (const table of TABLES) gradient[table][rows[table] * size + v]! += byLogit
  }
}
