import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { LabError } from '../errors.ts'
import type { Environment, LoadedText } from '../environments/environment.ts'
import { readPrompt, saidByUser } from './promptTokens.ts'
import { leftOutText, requireAnyRow } from './rowBatches.ts'
import { encodeRows } from './rowTokens.ts'
import type { EvaluationSet, StageData, StagePlan } from './runPlan.ts'
import { refusal, shownText } from './textReader.ts'
import type { TextReader } from './textReader.ts'

/** A stage as far as its texts go. */
export type ReadStage = Pick<StagePlan, 'kind' | 'mixture'> & { readonly data?: StageData | undefined }

/** What a run reads from files. */
export interface ReadPlan {
  readonly stages: readonly ReadStage[]
  /** What it is evaluated on. */
  readonly sets: readonly Pick<EvaluationSet, 'mixture' | 'problems'>[]
}

type TextsOf = Parameters<NonNullable<Environment['texts']>>
type What = TextsOf[1]

/** A text of a file that the tokenizer cannot express. */
interface Unreadable {
  readonly text: LoadedText
  readonly cause: LabError
}

/** In no vocabulary of words: a tokenizer that can express it can express every text. */
const RARE_CHARACTER = '\u{F0000}'
const WORDS_AT_ONCE = 4096
/** Texts looked at in a row: words that were tried before need no engine, and a million texts would keep who steers the run waiting for seconds. */
const TEXTS_AT_ONCE = 4096
const FAULTS_SHOWN = 3
/** Rows tried: they are encoded whole, and what is wrong with rows is mostly wrong with many. */
const MOST_ROWS = 4096

/**
 * Looks whether the model can read and write what the files of a run hold, before anything is sampled. Each word is tried once, and none
 * where the tokenizer takes every text.
 * @returns what will be left out of rows, a sentence for each file.
 * @throws LabError `environment/model-mismatch` naming line, column and value, or `dataset/no-rows` where no row of a file is of use.
 */
export async function requireReadable(reader: TextReader, plan: ReadPlan): Promise<string[]> {
  if (await takes(reader, [RARE_CHARACTER])) return []
  for (const what of ['prompts', 'solutions'] as const) {
    const [first, ...others] = await unreadable(reader, textsOf(plan, what), what)
    if (first) throw mismatch(first, others)
  }
  const notices: string[] = []
  for (const { mixture, data } of plan.stages) {
    if (!data) continue
    const { file } = data
    const encoded = await encodeRows(reader, mixture[0]!.environment, { ...data, file: { ...file, rows: file.rows.slice(0, MOST_ROWS) } })
    if (file.rows.length <= MOST_ROWS) requireAnyRow(file, encoded)
    if (encoded.leftOut.places.length > 0) notices.push(leftOutText(file, encoded))
  }
  return notices
}

function* textsOf({ stages, sets }: ReadPlan, what: What): Generator<LoadedText> {
  const drawn = stages.filter(({ kind, data }) => (kind === 'rl' || !data) && (kind === 'supervised' || what === 'prompts'))
  const evaluated = what === 'prompts' ? sets.filter(({ problems }) => problems > 0) : []
  const uses = [...drawn.map(({ mixture }) => ({ mixture, split: 'train' as const })), ...evaluated.map(({ mixture }) => ({ mixture, split: 'heldOut' as const }))]
  for (const split of ['train', 'heldOut'] as const) {
    const environments = new Set(uses.filter((use) => use.split === split).flatMap(({ mixture }) => mixture.map(({ environment }) => environment)))
    for (const { texts } of environments) yield* texts?.(split, what) ?? []
  }
}

/** The first texts with words that the tokenizer lacks. */
async function unreadable(reader: TextReader, texts: Iterable<LoadedText>, what: What): Promise<Unreadable[]> {
  const seen = new Set<string>()
  let fresh = new Map<string, LoadedText>()
  let looked = 0
  for (const text of texts) {
    if (++looked % TEXTS_AT_ONCE === 0) await yieldToOthers()
    for (const word of text.text.split(' ')) {
      if (seen.has(word)) continue
      seen.add(word)
      fresh.set(word, text)
    }
    if (fresh.size < WORDS_AT_ONCE) continue
    const found = await refusedOf(reader, fresh, what)
    if (found.length > 0) return found
    fresh = new Map()
  }
  return refusedOf(reader, fresh, what)
}

/** Texts are tried whole before they are refused: words with spaces in them are words too. */
async function refusedOf(reader: TextReader, words: ReadonlyMap<string, LoadedText>, what: What): Promise<Unreadable[]> {
  if (await takes(reader, [...words.keys()])) return []
  const found: Unreadable[] = []
  for (const text of new Set(words.values())) {
    const cause = await refusal(what === 'prompts' ? readPrompt(reader.engine, reader.model, saidByUser(text.text)) : reader.engine.encode([text.text]))
    if (cause) found.push({ text, cause })
    if (found.length > FAULTS_SHOWN) break
  }
  return found
}

const takes = async ({ engine }: TextReader, texts: readonly string[]): Promise<boolean> => (await refusal(engine.encode(texts))) === undefined

function mismatch({ text, cause }: Unreadable, others: readonly Unreadable[]): LabError {
  const also = others.length === 0 ? '' : `. The same goes for ${others.slice(0, FAULTS_SHOWN - 1).map((other) => other.text.place).join(', ')}${others.length >= FAULTS_SHOWN ? ' and more' : ''}`
  return new LabError('environment', 'environment/model-mismatch', `The model cannot read ${text.field} of ${text.place}, ${shownText(text.text)}: ${cause.message}${also}`, {
    place: text.place, cause, remedy: 'Write it with words that the model\'s tokenizer knows, leave the line out, or take a model with other words: one of a folder, or a new one made for the environment.'
  })
}
