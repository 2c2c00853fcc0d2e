import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../../errors.ts'
import { readJsonFile } from './jsonFile.ts'
import { REWARD_WEIGHT, rewardHeadSlots } from '../model/parameterLayout.ts'
import type { ParameterLayout, ParameterSlot } from '../model/parameterLayout.ts'
import { headRowCount, isRewardHead, oneLogit, rewardHeadTensors } from './rewardHeadTensors.ts'
import { SafetensorsFile, writeSafetensors } from './safetensors.ts'
import type { TensorData } from './safetensors.ts'
import type { TensorEntry } from './safetensorsHeader.ts'

export const WEIGHTS = 'model.safetensors'
const INDEX = 'model.safetensors.index.json'
/** Buffers that old checkpoints hold beside the weights; they follow from config.json. */
const COMPUTED = /\.rotary_emb\.inv_freq$/
const MAX_SHARDS = 1000

interface FoundTensor {
  readonly file: SafetensorsFile
  /** With its folder: a run names several models. */
  readonly fileName: string
  readonly entry: TensorEntry
}

function refuse(file: string, what: string, tensor?: string): LabError {
  return new LabError('model', 'model/wrong-weights', `${file}: ${what}`, {
    place: tensor === undefined ? file : `${file}, ${tensor}`,
    remedy: 'Check that config.json and the weights belong together, or download the model again.'
  })
}

export const exists = (path: string): Promise<boolean> => stat(path).then(() => true, () => false)

/** Shards are plain names: a path would lead out of the model's folder. */
function checkShardName(name: unknown): string {
  if (typeof name !== 'string' || !/^[A-Za-z0-9_][A-Za-z0-9_.-]*\.safetensors$/.test(name) || name.includes('..')) {
    throw refuse(INDEX, `the shard ${JSON.stringify(name)?.slice(0, 200)} is not the name of a safetensors file in the same folder`)
  }
  return name
}

async function weightFileNames(folder: string): Promise<string[]> {
  if (await exists(join(folder, WEIGHTS))) return [WEIGHTS]
  if (!(await exists(join(folder, INDEX)))) {
    throw new LabError('model', 'model/no-weights', `${folder} has neither ${WEIGHTS} nor ${INDEX}`, {
      place: folder, remedy: 'Save the model as safetensors; pickled weights (.bin, .pt) are not opened, since they can run code.'
    })
  }
  const { weight_map: map } = await readJsonFile(join(folder, INDEX))
  if (typeof map !== 'object' || map === null) throw refuse(INDEX, 'has no weight_map')
  const names = new Set(Object.values(map).map(checkShardName))
  if (names.size > MAX_SHARDS) throw refuse(INDEX, `names ${names.size} shards; at most ${MAX_SHARDS} are opened`)
  return [...names]
}

async function openAll(folder: string, names: readonly string[], opened: SafetensorsFile[]): Promise<Map<string, FoundTensor>> {
  const found = new Map<string, FoundTensor>()
  for (const name of names) {
    const fileName = join(folder, name)
    if (!(await exists(fileName))) throw refuse(join(folder, INDEX), `the shard ${name} is missing`)
    const file = await SafetensorsFile.open(fileName)
    opened.push(file)
    for (const entry of file.header.tensors.values()) {
      const other = found.get(entry.name)
      if (other !== undefined) throw refuse(fileName, `tensor ${entry.name} is also in ${other.fileName}`, entry.name)
      found.set(entry.name, { file, fileName, entry })
    }
  }
  return found
}

function checkTensors(slots: readonly ParameterSlot[], found: ReadonlyMap<string, FoundTensor>, tolerated: (name: string) => boolean): void {
  const expected = new Set(slots.map((slot) => slot.name))
  for (const slot of slots) {
    const tensor = found.get(slot.name)
    if (tensor === undefined) throw refuse([...found.values()][0]?.fileName ?? WEIGHTS, `tensor ${slot.name} is missing`, slot.name)
    const shape = tensor.entry.shape
    if (shape.join() !== slot.shape.join()) {
      throw refuse(tensor.fileName, `tensor ${slot.name} has shape [${shape.join(', ')}], config.json asks for [${slot.shape.join(', ')}]`, slot.name)
    }
  }
  for (const [name, { fileName }] of found) {
    if (!expected.has(name) && !tolerated(name)) throw refuse(fileName, `tensor ${name} belongs to no part of this architecture`, name)
  }
}

/** Rejects with `model/not-finite`, naming the tensor. */
function checkFinite(fileName: string, slot: ParameterSlot, values: Float32Array): void {
  const at = values.findIndex((value) => !Number.isFinite(value))
  if (at < 0) return
  throw new LabError('model', 'model/not-finite', `${fileName}: ${values[at]} in ${slot.name} at element ${at}`, {
    place: `${fileName}, ${slot.name}`, remedy: 'Training that made this file diverged, or the file is damaged: use an earlier checkpoint.'
  })
}

interface ReadingRules {
  /** Tensors that may be there without being asked for. */
  tolerated(name: string): boolean
  /** Before the layout's names. */
  readonly prefix: string
  /** How the reward head is kept, where there is one: as classes of a model, or as the layout has it. */
  readonly head: 'classes' | 'logit'
}

export interface ReadSlots {
  readonly values: Float32Array
  readonly hasHead: boolean
}

/** Shapes of the head, where the files have one. */
function checkHead(layout: ParameterLayout, found: ReadonlyMap<string, FoundTensor>): void {
  for (const { name, size } of rewardHeadSlots(layout)) {
    const tensor = found.get(name)
    if (tensor === undefined || headRowCount(tensor.entry.shape, size) !== undefined) continue
    const shape = tensor.entry.shape.join(', ')
    throw refuse(tensor.fileName, `tensor ${name} has shape [${shape}]; a reward head has one or two rows of ${size}`, name)
  }
}

/** Puts the head of the files, of one or two rows, into the vector; a bias may be missing. */
async function readHead(layout: ParameterLayout, found: ReadonlyMap<string, FoundTensor>, parameters: Float32Array): Promise<void> {
  for (const slot of rewardHeadSlots(layout)) {
    const tensor = found.get(slot.name)
    if (tensor === undefined) continue
    const rows = new Float32Array(headRowCount(tensor.entry.shape, slot.size)! * slot.size)
    await tensor.file.read(tensor.entry, rows)
    checkFinite(tensor.fileName, slot, rows)
    oneLogit(rows, slot.size, parameters.subarray(slot.offset, slot.offset + slot.size))
  }
}

/** A flat vector from the tensors of these files of a folder. Every shape is checked before the vector is allocated. */
export async function readSlots(folder: string, names: readonly string[], layout: ParameterLayout, rules: ReadingRules): Promise<ReadSlots> {
  const opened: SafetensorsFile[] = []
  try {
    const found = await openAll(folder, names, opened)
    const hasHead = found.has(`${rules.prefix}${REWARD_WEIGHT}`)
    const wanted = hasHead && rules.head === 'logit' ? [...layout.slots, ...rewardHeadSlots(layout)] : layout.slots
    const slots = wanted.map((slot) => ({ ...slot, name: `${rules.prefix}${slot.name}` }))
    checkTensors(slots, found, rules.tolerated)
    if (rules.head === 'classes') checkHead(layout, found)
    const parameters = new Float32Array(layout.total)
    for (const slot of slots) {
      const { file, fileName, entry } = found.get(slot.name)!
      const values = parameters.subarray(slot.offset, slot.offset + slot.size)
      await file.read(entry, values)
      checkFinite(fileName, slot, values)
    }
    if (rules.head === 'classes') await readHead(layout, found, parameters)
    return { values: parameters, hasHead }
  } finally {
    for (const file of opened) await file.close()
  }
}

/**
 * The weights of a model folder as one flat vector, from one file or from shards. Shapes are compared with the layout before
 * the vector is allocated. Rejects with `model/no-weights`, `model/wrong-weights`, `model/broken-safetensors` or
 * `model/not-finite`.
 */
export async function readWeights(folder: string, layout: ParameterLayout): Promise<ReadSlots> {
  const hasHead = layout.slots.some((slot) => slot.name === 'lm_head.weight')
  const tolerated = (name: string): boolean => COMPUTED.test(name) || isRewardHead(name) || (name === 'lm_head.weight' && !hasHead)
  return readSlots(folder, await weightFileNames(folder), layout, { tolerated, prefix: '', head: 'classes' })
}

/** The tensors of a flat vector, as views. */
export function tensorsOf(slots: readonly ParameterSlot[], values: Float32Array, prefix: string): TensorData[] {
  return slots.map((slot) => ({
    name: `${prefix}${slot.name}`, shape: slot.shape, values: values.subarray(slot.offset, slot.offset + slot.size)
  }))
}

export function writeWeights(
  folder: string, layout: ParameterLayout, parameters: Float32Array, { dtype, withHead }: { readonly dtype: 'F32' | 'BF16'; readonly withHead: boolean }
): Promise<void> {
  const tensors = [...tensorsOf(layout.slots, parameters, ''), ...(withHead ? rewardHeadTensors(layout, parameters) : [])]
  // transformers looks for this key to know which framework wrote the file.
  return writeSafetensors(join(folder, WEIGHTS), tensors, dtype, { format: 'pt' })
}
