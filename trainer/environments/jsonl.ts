import { resolve } from 'node:path'
import { z } from 'zod'
import { LabError } from '../errors.ts'
import { quote } from '../graders/quote.ts'
import { NonNegative } from '../protocol/numbers.ts'
import type { Problem, Split } from '../protocol/problem.ts'
import { readFreeText, renderFreeText } from '../renderers/freeText.ts'
import type { Environment, LoadedText } from './environment.ts'
import { wordsOf } from './datasetWords.ts'
import { readJsonlDataset } from './jsonlDataset.ts'
import type { DatasetRow, JsonlDataset } from './jsonlDataset.ts'
import { goldFault, gradeAnswer, goldAnswer, voteKeyOf } from './jsonlGrade.ts'
import { problemId, splitOf } from './split.ts'
import { wrong } from './verdict.ts'

const NAME = 'jsonl'
const Column = z.string().min(1)

export const JsonlOptions = z.strictObject({
  path: z.string().min(1).describe('The dataset, relative to the folder of the run file: one JSON object a line.'),
  promptColumn: Column.default('prompt'),
  goldColumn: Column.default('gold').describe('The expected answer; where it holds the marker, what follows it (with the grader `regex` all of it is the pattern).'),
  idColumn: Column.optional().describe('A name of each row, kept among the parameters of its problem.'),
  demonstrationColumn: Column.optional().describe('Worked solutions for supervised training; default: the gold answer alone.'),
  splitColumn: Column.optional().describe('Names the split of each row; default: by a hash of the prompt.'),
  trainValue: z.string().default('train').describe('Value of the split column for training. Rows with none of the three values are left out.'),
  heldOutValue: z.string().default('test').describe('Value of the split column that holds a row out.'),
  tuningValue: z.string().default('validation').describe('Value of the split column for choosing settings.'),
  template: z.string().default('{prompt}').refine((text) => text.includes('{prompt}'), 'must hold {prompt}'),
  grader: z
    .enum(['exact', 'numeric', 'regex'])
    .default('exact')
    .describe('regex: the gold column holds a pattern that the whole answer has to match.'),
  marker: z.string().min(1).default('####').describe('Stands before the answer in a completion; a later `\\boxed{…}` wins.'),
  fallback: z.enum(['none', 'whole', 'lastNumber']).default('none').describe('Where to find the answer when it is not marked.'),
  ignoreCase: z.boolean().default(false).describe('For `exact`.'),
  wordsOnly: z.boolean().default(false).describe('For `exact`: leave out punctuation and English articles.'),
  absoluteTolerance: NonNegative.default(0).describe('For `numeric`.'),
  relativeTolerance: NonNegative.default(0).describe('For `numeric`: share of the expected value.')
}).refine(({ trainValue, heldOutValue, tuningValue }) => new Set([trainValue, heldOutValue, tuningValue]).size === 3, {
  message: 'trainValue, heldOutValue and tuningValue have to differ: a row cannot be for two things', path: ['heldOutValue']
})
export type JsonlOptions = z.infer<typeof JsonlOptions>

const JsonlMix = z.strictObject({})
export type JsonlMix = z.infer<typeof JsonlMix>

type JsonlEnvironment = Environment<JsonlOptions, JsonlMix>

/** Any dataset with prompts and expected answers. Has to be opened: reading the file is not a part of drawing problems. */
export const jsonl: JsonlEnvironment = {
  ...jsonlEnvironment({ path: '', rows: [], brokenCount: 0, broken: [] }, JsonlOptions.parse({ path: '-' })),
  async open(options, baseFolder) {
    const optional = [options.idColumn, options.demonstrationColumn, options.splitColumn].filter((column) => column !== undefined)
    const columns = { required: [options.promptColumn, options.goldColumn], optional }
    const path = resolve(baseFolder, options.path)
    return jsonlEnvironment(await readJsonlDataset(path, columns, (row) => rowFault(row, options)), options)
  }
}

/** Why a row cannot be used; null = it can. */
const rowFault = (row: DatasetRow, options: JsonlOptions): string | null =>
  (row.columns[options.promptColumn]!.trim() === '' ? 'has an empty prompt' : null) ?? goldFault(row.columns[options.goldColumn]!, options) ?? splitFault(row, options)

/** What is neither for training nor held out may be a test set by another name. */
function splitFault({ columns }: DatasetRow, { splitColumn, trainValue, tuningValue, heldOutValue }: JsonlOptions): string | null {
  if (splitColumn === undefined) return null
  const value = columns[splitColumn]
  if (value !== undefined && [trainValue, tuningValue, heldOutValue].includes(value)) return null
  const said = value === undefined ? `has no text in the column ${quote(splitColumn)}` : `has the split ${quote(value)}`
  return `${said}, not ${quote(trainValue)}, ${quote(tuningValue)} or ${quote(heldOutValue)} (trainValue, tuningValue, heldOutValue)`
}

/** The environment over rows that were read. */
export function jsonlEnvironment(dataset: JsonlDataset, options: JsonlOptions): JsonlEnvironment {
  const rows = bySplit(dataset.rows, options)
  const demonstrations = new Map<string, string>()
  for (const row of dataset.rows) {
    const text = options.demonstrationColumn === undefined ? undefined : row.columns[options.demonstrationColumn]
    if (text !== undefined) demonstrations.set(promptOf(row, options), text)
  }
  const format = { marker: options.marker, fallback: options.fallback === 'none' ? 'none' : 'whole' } as const
  let words: readonly string[] | undefined
  const solution = (problem: Problem): string => demonstrations.get(problem.prompt) ?? goldAsSolution(problem, options)
  return {
    name: NAME,
    title: 'Dataset',
    description: 'Problems from a JSON Lines file with prompts and expected answers.',
    options: JsonlOptions,
    mix: JsonlMix,
    get vocabulary() {
      return (words ??= wordsOf(textsOf(dataset, options)))
    },
    notices: noticesOf(dataset, rows),
    texts: (split, what) => loadedTexts(dataset.path, rows[split], options, what),
    generate(random, split) {
      const candidates = rows[split]
      if (candidates.length === 0) throw noRows(dataset, split)
      return problemOf(random.pick(candidates), options)
    },
    solution,
    demonstrate: solution,
    render: (completion) => renderFreeText(readFreeText(completion, format), format),
    grade(completion, problem) {
      const read = readFreeText(completion, format)
      if (read.refused !== null) return wrong(null, `Not graded: ${read.refused}.`)
      if (read.answer === null) return wrong(null, `No answer after “${options.marker}” or in “\\boxed{…}”.`)
      return gradeAnswer(read.answer, problem.gold ?? '', options)
    },
    voteKey: (answer) => voteKeyOf(answer, options),
    checkSteps: () => []
  }
}

/** Prompts and what there is of solutions, of every split: a new model has to be able to read and write them all. */
function* textsOf({ rows }: JsonlDataset, options: JsonlOptions): Generator<string> {
  for (const row of rows) {
    yield promptOf(row, options)
    yield solutionOf(row, options).text
  }
}

function* loadedTexts(path: string, rows: readonly DatasetRow[], options: JsonlOptions, what: 'prompts' | 'solutions'): Generator<LoadedText> {
  const promptField = options.template === '{prompt}' ? quote(options.promptColumn) : `${quote(options.promptColumn)} in the template`
  for (const row of rows) {
    yield { place: `${path}:${row.line}`, ...(what === 'prompts' ? { field: promptField, text: promptOf(row, options) } : solutionOf(row, options)) }
  }
}

/** What a model would learn to write for a row, as far as the row says. */
function solutionOf({ columns }: DatasetRow, options: JsonlOptions): Omit<LoadedText, 'place'> {
  const { demonstrationColumn, goldColumn, grader, marker } = options
  const shown = demonstrationColumn === undefined ? undefined : columns[demonstrationColumn]
  if (shown !== undefined) return { field: quote(demonstrationColumn!), text: shown }
  return { field: `${quote(goldColumn)} behind the marker`, text: grader === 'regex' ? marker : `${marker} ${goldAnswer(columns[goldColumn]!, options)}` }
}

function noticesOf({ path, rows, brokenCount, broken }: JsonlDataset, bySplit: Readonly<Record<Split, readonly DatasetRow[]>>): string[] {
  const first = broken.slice(0, 3).map(({ line, why }) => `line ${line} ${why}`)
  const elsewhere = rows.length - Object.values(bySplit).flat().length
  return [
    ...(brokenCount === 0 ? [] : [`${brokenCount} lines of ${path} were left out: ${first.join('; ')}${brokenCount > first.length ? '; …' : ''}.`]),
    ...(elsewhere === 0 ? [] : [`${elsewhere} lines of ${path} are left out, since another line with the same prompt is held out, or for tuning.`])
  ]
}

const promptOf = (row: DatasetRow, options: JsonlOptions): string =>
  options.template.replaceAll('{prompt}', () => row.columns[options.promptColumn]!)

/** A prompt that is held out, or is for tuning, by any of its rows is nowhere else. */
function bySplit(rows: readonly DatasetRow[], options: JsonlOptions): Record<Split, DatasetRow[]> {
  const order: readonly Split[] = ['heldOut', 'tuning', 'train']
  const splits = new Map<string, Split>()
  for (const row of rows) {
    const prompt = promptOf(row, options)
    const [split, before] = [splitOfRow(row, options), splits.get(prompt)]
    if (before === undefined || order.indexOf(split) < order.indexOf(before)) splits.set(prompt, split)
  }
  const result: Record<Split, DatasetRow[]> = { train: [], tuning: [], heldOut: [] }
  for (const row of rows) if (splits.get(promptOf(row, options)) === splitOfRow(row, options)) result[splitOfRow(row, options)].push(row)
  return result
}

function splitOfRow(row: DatasetRow, options: JsonlOptions): Split {
  if (options.splitColumn === undefined) return splitOf(NAME, row.columns[options.promptColumn]!)
  const value = row.columns[options.splitColumn]
  return value === options.heldOutValue ? 'heldOut' : value === options.tuningValue ? 'tuning' : 'train'
}

function problemOf(row: DatasetRow, options: JsonlOptions): Problem {
  const prompt = promptOf(row, options)
  const gold = goldAnswer(row.columns[options.goldColumn]!, options)
  const id = options.idColumn === undefined ? undefined : row.columns[options.idColumn]
  return {
    id: problemId(NAME, `${prompt}\u0000${gold}`),
    environment: NAME,
    prompt,
    messages: [{ role: 'user', content: prompt }],
    gold,
    params: { line: row.line, ...(id === undefined ? {} : { row: id }) }
  }
}

function goldAsSolution(problem: Problem, options: JsonlOptions): string {
  if (options.grader !== 'regex' && problem.gold !== undefined) return `${options.marker} ${problem.gold}`
  throw new LabError('environment', 'environment/no-solution', `${NAME}: the problem ${problem.id} has a pattern, not a solution.`, {
    remedy: 'Name a demonstrationColumn with worked solutions.'
  })
}

function noRows({ path }: JsonlDataset, split: Split): LabError {
  if (path === '') return new LabError('environment', 'environment/not-open', `${NAME}: no dataset was opened.`, { remedy: 'Open the environment first.' })
  return new LabError('dataset', 'dataset/empty-split', `The dataset ${path} has no rows in the split “${split}”.`, {
    remedy: 'Use more rows, or say by splitColumn, trainValue, tuningValue and heldOutValue which are for what.',
    place: path
  })
}
