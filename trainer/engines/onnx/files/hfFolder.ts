import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../../errors.ts'
import type { ChatTemplate } from '../text/chatTemplate.ts'
import { makeChatTemplate, templateSource } from '../text/chatTemplate.ts'
import { hfConfigOf, modelConfigOf } from './hfConfig.ts'
import type { HfConfig } from './hfConfig.ts'
import { parseJsonObject, readJsonFile, readModelFile } from './jsonFile.ts'
import type { ModelConfig } from '../model/modelConfig.ts'
import { wordLevelTokenizer, wordLevelTokenizerConfig } from '../model/newModel.ts'
import type { Tokenizer } from '../text/tokenizer.ts'
import { makeTokenizer } from '../text/tokenizer.ts'

const CONFIG = 'config.json'
const GENERATION = 'generation_config.json'
const TOKENIZER = 'tokenizer.json'
const TOKENIZER_CONFIG = 'tokenizer_config.json'
const CHAT_TEMPLATE = 'chat_template.jinja'
/** Written again as they were read, so that a trained model keeps what other programs know of it. */
const KEPT = [
  GENERATION, TOKENIZER, TOKENIZER_CONFIG, CHAT_TEMPLATE, 'special_tokens_map.json', 'added_tokens.json', 'vocab.json', 'merges.txt', 'tokenizer.model'
]

/** Everything of a Hugging Face folder but the weights. */
export interface ModelDescription {
  readonly config: ModelConfig
  readonly hfConfig: HfConfig
  /** Contents by file name. */
  readonly files: ReadonlyMap<string, Buffer>
}

async function readKept(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>()
  for (const name of KEPT) {
    const content = await readModelFile(join(folder, name))
    if (content !== undefined) files.set(name, content)
  }
  return files
}

/** Reads and checks config.json and generation_config.json and keeps the other small files. */
export async function readDescription(folder: string): Promise<ModelDescription> {
  const hfConfig = await readJsonFile(join(folder, CONFIG))
  const files = await readKept(folder)
  const generation = files.get(GENERATION)
  return { config: modelConfigOf(hfConfig, generation && parseJsonObject(join(folder, GENERATION), generation)), hfConfig, files }
}

const json = (value: unknown): Buffer => Buffer.from(`${JSON.stringify(value, null, 2)}\n`)

/** The description of a new model with a word-level tokenizer. */
export function newDescription(config: ModelConfig, vocabulary: readonly string[]): ModelDescription {
  return {
    config,
    hfConfig: hfConfigOf(config),
    files: new Map([
      [GENERATION, json({ eos_token_id: [...config.endOfTextTokens] })],
      [TOKENIZER, json(wordLevelTokenizer(vocabulary))],
      [TOKENIZER_CONFIG, json(wordLevelTokenizerConfig(config.contextLength))]
    ])
  }
}

/** Replaces a file; a link of that name is not followed. */
async function replaceFile(path: string, content: Buffer): Promise<void> {
  await rm(path, { force: true })
  await writeFile(path, content, { flag: 'wx' })
}

/** The classes of a reward head, by the names under which transformers keeps them. */
const CLASSES = { id2label: { 0: 'wrong', 1: 'right' }, label2id: { wrong: 0, right: 1 } }

/** Writes all files but the weights. */
export async function writeDescription(folder: string, description: ModelDescription, dtype: 'float32' | 'bfloat16', withHead = false): Promise<void> {
  await mkdir(folder, { recursive: true })
  // First as well, so that the order of fields is the same whether the head is new or was read.
  const classes = withHead ? CLASSES : {}
  // transformers before version 5 reads `torch_dtype`.
  await replaceFile(join(folder, CONFIG), json({ ...classes, ...description.hfConfig, ...classes, dtype, torch_dtype: dtype }))
  for (const [name, content] of description.files) await replaceFile(join(folder, name), content)
}

const configOf = (folder: string, files: ReadonlyMap<string, Buffer>): Record<string, unknown> => {
  const content = files.get(TOKENIZER_CONFIG)
  return content === undefined ? {} : parseJsonObject(join(folder, TOKENIZER_CONFIG), content)
}

/** The tokenizer of a description; `folder` names it in errors. Its words must fit the model's embedding. */
export function tokenizerOf(folder: string, { config, files }: Pick<ModelDescription, 'config' | 'files'>): Tokenizer {
  const path = join(folder, TOKENIZER)
  const content = files.get(TOKENIZER)
  if (content === undefined) {
    throw new LabError('model', 'model/no-tokenizer', `${path} is missing`, { place: path, remedy: 'Save the tokenizer as tokenizer.json (a "fast" tokenizer of transformers).' })
  }
  const tokenizer = makeTokenizer(path, parseJsonObject(path, content), configOf(folder, files))
  if (tokenizer.vocabularySize > config.vocabularySize) {
    throw new LabError('model', 'model/vocabulary', `${path} has ${tokenizer.vocabularySize} tokens, the model's vocab_size is ${config.vocabularySize}`, {
      place: path, remedy: 'Use the tokenizer that belongs to the model.'
    })
  }
  return tokenizer
}

/** Whether both make the same tokenizer. */
export const sameTokenizer = (a: ModelDescription, b: ModelDescription): boolean =>
  [TOKENIZER, TOKENIZER_CONFIG].every((name) => (a.files.get(name) ?? Buffer.of()).equals(b.files.get(name) ?? Buffer.of()))

/** The chat template, from chat_template.jinja or tokenizer_config.json; undefined where there is none. */
export function chatTemplateOf(folder: string, description: ModelDescription): ChatTemplate | undefined {
  const found = templateIn(folder, description)
  return found && makeChatTemplate(join(folder, found.file), found.source, configOf(folder, description.files))
}

function templateIn(folder: string, { files }: ModelDescription): { readonly file: string; readonly source: string } | undefined {
  const own = files.get(CHAT_TEMPLATE)?.toString('utf8')
  if (own !== undefined) return { file: CHAT_TEMPLATE, source: own }
  const source = templateSource(configOf(folder, files))
  return source === undefined ? undefined : { file: TOKENIZER_CONFIG, source }
}

/** The description with Jinja before its chat template, once. Rejects with `model/no-chat-template` where there is none. */
export function withPrelude(folder: string, description: ModelDescription, prelude: string): ModelDescription {
  if (prelude === '') return description
  const source = templateIn(folder, description)?.source
  if (source === undefined) throw noChatTemplate(folder)
  if (source.startsWith(prelude)) return description
  // Jinja takes the first line break behind a block away.
  const template = `${prelude}${source.startsWith('\n') ? '\n' : ''}${source}`
  return { ...description, files: new Map([...description.files, [CHAT_TEMPLATE, Buffer.from(template)]]) }
}

const noChatTemplate = (folder: string): LabError =>
  new LabError('model', 'model/no-chat-template', `${folder} has no chat template that could be given variables`, {
    place: folder, remedy: 'Leave out chatTemplateKwargs, or put a chat_template.jinja into the folder of the model.'
  })
