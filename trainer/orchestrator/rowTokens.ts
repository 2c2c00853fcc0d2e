import type { LearntSequence, PairTokens, StepTokens } from '../algorithms/rows.ts'
import { LabError } from '../errors.ts'
import type { Engine } from '../engines/engine.ts'
import { askForCritique } from '../environments/askForCritique.ts'
import type { Environment } from '../environments/environment.ts'
import type { CritiqueRow, PreferenceRow, RowKind, RowsOf, SolutionRow, StepRow } from '../protocol/labelRows.ts'
import type { TrainingData } from '../protocol/runFile.ts'
import { readPrompt, saidByUser } from './promptTokens.ts'
import { ended, turnTokens } from './rowTurns.ts'
import type { LearntCompletion } from './rowTurns.ts'
import type { StageData } from './runPlan.ts'
import { refusal, shownText } from './textReader.ts'
import type { TextReader } from './textReader.ts'
import { turnEnd } from './turnEnd.ts'

/** Rows of a kind as tokens. */
export interface TokensOf {
  critiques: LearntSequence
  solutions: LearntSequence
  preferences: PairTokens
  steps: StepTokens
}
export type RowTokens<K extends RowKind = RowKind> = TokensOf[K]

/** What rows are encoded with. */
interface Encoder {
  readonly reader: TextReader
  readonly environment: Environment
  readonly chat: boolean
  /** The token that ends what the model writes behind a plain prompt and behind a rendered one; none where it has none. */
  readonly ends: Readonly<Record<'plain' | 'chat', readonly number[]>>
}

/** What a row asks; `rendered` where a chat template made it. */
interface Asked {
  readonly prompt: string
  readonly rendered?: boolean | undefined
}

export interface EncodedRows {
  readonly tokens: readonly RowTokens[]
  /** Places of the rows that were left out, and why the first was. */
  readonly leftOut: { readonly places: readonly number[]; readonly why: string }
}

/**
 * All rows of a stage as tokens, in their order. A row that the tokenizer cannot express, whose prompt is empty or that the
 * context has no room for is left out: labels are free text, and a small model has few words.
 */
export async function encodeRows(reader: TextReader, environment: Environment, { settings, file }: StageData): Promise<EncodedRows> {
  const { engine, model } = reader
  const chat = settings.chat || file.rows.some(({ row }) => 'rendered' in row && row.rendered)
  const ends = { plain: await turnEnd(engine, model, false), chat: await turnEnd(engine, model, chat) }
  const encoder: Encoder = { reader, environment, chat: settings.chat, ends }
  const tokens: RowTokens[] = []
  const places: number[] = []
  let why = ''
  for (const { place, row } of file.rows) {
    const encoded = await encodeRow(encoder, settings, row)
    if (typeof encoded !== 'string') tokens.push(encoded)
    else {
      places.push(place)
      why ||= `row ${place}: ${(await unreadableField(reader, row)) ?? encoded}`
    }
  }
  return { tokens, leftOut: { places, why } }
}

/** The row, or why it is left out. */
async function encodeRow(encoder: Encoder, { kind }: TrainingData, row: RowsOf[RowKind]): Promise<RowTokens | string> {
  try {
    const tokens = await tokensOf(encoder, kind, row)
    return roomFor(tokens, encoder.reader.model.contextLength)
  } catch (error) {
    if (LabError.is(error, 'engine/unknown-word')) return error.message
    throw error
  }
}

/** The field that the tokenizer cannot express, with its value and why; undefined where each by itself is fine. */
export async function unreadableField({ engine }: Pick<TextReader, 'engine'>, row: object): Promise<string | undefined> {
  const texts = Object.entries(row).flatMap(([field, value]) =>
    (Array.isArray(value) ? value : [value]).flatMap((text: unknown) => (typeof text === 'string' ? [{ field, text }] : [])))
  for (const { field, text } of texts) {
    const cause = await refusal(engine.encode([text]))
    if (cause) return `"${field}" is ${shownText(text)}, ${cause.message}`
  }
  return undefined
}

function tokensOf(encoder: Encoder, kind: RowKind, row: RowsOf[RowKind]): Promise<RowTokens> {
  switch (kind) {
    case 'solutions': return solutionTokens(encoder, row as SolutionRow)
    case 'critiques': return critiqueTokens(encoder, row as CritiqueRow)
    case 'preferences': return pairTokens(encoder, row as PreferenceRow)
    case 'steps': return stepTokens(encoder, row as StepRow)
  }
}

function roomFor(tokens: RowTokens, contextLength: number): RowTokens | string {
  const sequences = 'chosen' in tokens ? [tokens.chosen, tokens.rejected, ...(tokens.rationale ? [tokens.rationale] : [])] : [tokens]
  if (sequences.some(({ prompt }) => prompt.length === 0)) return 'its prompt has no tokens'
  if (sequences.some(({ completion }) => completion.length === 0)) return 'there is nothing to learn in it'
  const longest = Math.max(...sequences.map(({ prompt, completion }) => prompt.length + completion.length))
  return longest > contextLength ? `it has ${longest} tokens; the model takes ${contextLength}` : tokens
}

async function solutionTokens(encoder: Encoder, row: SolutionRow): Promise<LearntSequence> {
  const { reader } = encoder
  const end = endOf(encoder, row)
  const [prompt, learnt] = await Promise.all([encodePrompt(encoder, row), turnTokens(reader, row.completion, row.tool, end)])
  return { prompt, ...ended(learnt, end) }
}

/** The environment's words ask for the critique, where it has them. */
async function critiqueTokens(encoder: Encoder, { prompt, response, critique }: CritiqueRow): Promise<LearntSequence> {
  const problem = { id: 'row', environment: encoder.environment.name, prompt: prompt.trimEnd(), params: {} }
  const asked = askForCritique(encoder.environment.critique, problem, response)
  return solutionTokens(encoder, { prompt: asked.prompt, completion: critique })
}

/**
 * Sides that are parts of a text are not taught to end it. A rationale follows problem and both sides, each closed by the end of a text: no words
 * that a small model may lack.
 */
async function pairTokens(encoder: Encoder, row: PreferenceRow): Promise<PairTokens> {
  const { reader } = encoder
  const end = endOf(encoder, row)
  const [prompt, win, lose, why] = await Promise.all([
    encodePrompt(encoder, row), turnTokens(reader, row.chosen, row.chosenTool, end), turnTokens(reader, row.rejected, row.rejectedTool, end),
    row.rationale === undefined ? undefined : reader.engine.encode([row.rationale])
  ])
  const side = (learnt: LearntCompletion): LearntSequence => ({ prompt, ...(row.continues ? learnt : ended(learnt, end)) })
  return {
    chosen: side(win), rejected: side(lose),
    ...(why && { rationale: { prompt: [...prompt, ...win.completion, ...end, ...lose.completion, ...end], completion: [...why[0]!, ...end] } })
  }
}

async function stepTokens(encoder: Encoder, row: StepRow): Promise<StepTokens> {
  const { completions, labels } = row
  const ends = completions.map((_, i) => completions.slice(0, i + 1).join('').length)
  const [prompt, trace] = await Promise.all([encodePrompt(encoder, row), stepEnds(encoder.reader, completions.join(''), ends)])
  const steps = trace.endTokens.map((endToken, i) => ({ endToken, right: labels[i]! })).filter(({ endToken }) => endToken >= 0)
  return { prompt, completion: trace.tokens, steps }
}

/**
 * A text up to the end of its last step as tokens, and the token that ends each step (offsets in UTF-16 units, in order); −1 = before any token.
 * Each step is encoded by itself: tokenizers merge a step's last sign with the line break behind it, and a row that ends with a step would else
 * learn another token than the one that is scored where the text goes on.
 */
export async function stepEnds({ engine }: { readonly engine: Pick<Engine, 'encode'> }, text: string, ends: readonly number[]): Promise<{ tokens: number[]; endTokens: number[] }> {
  const tokens: number[] = []
  const endTokens: number[] = []
  for (const step of await engine.encode(ends.map((end, i) => text.slice(ends[i - 1] ?? 0, end)))) {
    for (const token of step) tokens.push(token)
    endTokens.push(tokens.length - 1)
  }
  return { tokens, endTokens }
}

const endOf = ({ ends, chat }: Encoder, { rendered }: Asked): readonly number[] => (chat || rendered ? ends.chat : ends.plain)

/** A template wrote all that belongs to a rendered prompt. */
async function encodePrompt({ reader: { engine, model }, chat }: Encoder, { prompt, rendered }: Asked): Promise<readonly number[]> {
  if (!rendered) return (await readPrompt(engine, model, chat ? saidByUser(prompt) : { prompt })).tokens
  const [tokens] = await engine.encode([prompt])
  return tokens!
}
