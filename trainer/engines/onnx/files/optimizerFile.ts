import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { LabError } from '../../../errors.ts'
import type { OptimizerState } from '../training/optimizer.ts'
import { rewardHeadSlots } from '../model/parameterLayout.ts'
import type { ParameterLayout } from '../model/parameterLayout.ts'
import { SafetensorsFile, writeSafetensors } from './safetensors.ts'
import { exists, readSlots, tensorsOf } from './weightFiles.ts'

const FILE = 'optimizer.safetensors'
const FIRST = 'm.'
const SECOND = 'v.'

/**
 * Writes AdamW's moments as tensors `m.<name>` and `v.<name>`, the number of steps in the metadata. They are always
 * float32: a run that resumes from them must go on bit for bit.
 */
export function writeOptimizerState(folder: string, layout: ParameterLayout, state: OptimizerState, withHead: boolean): Promise<void> {
  const slots = withHead ? [...layout.slots, ...rewardHeadSlots(layout)] : layout.slots
  const tensors = [...tensorsOf(slots, state.firstMoment, FIRST), ...tensorsOf(slots, state.secondMoment, SECOND)]
  return writeSafetensors(join(folder, FILE), tensors, 'F32', { step: String(state.step) })
}

/** So that weights saved without it do not go on from the state of others. */
export function removeOptimizerState(folder: string): Promise<void> {
  return rm(join(folder, FILE), { force: true })
}

async function stepOf(folder: string): Promise<number> {
  const file = await SafetensorsFile.open(join(folder, FILE))
  const text = file.header.metadata.get('step')
  await file.close()
  const step = Number(text)
  if (text !== undefined && Number.isSafeInteger(step) && step >= 0) return step
  throw new LabError('model', 'model/wrong-weights', `${FILE}: its step is ${JSON.stringify(text)?.slice(0, 40)}, not a count`, {
    place: FILE, remedy: 'Use an earlier checkpoint.'
  })
}

/** Undefined where the folder has none, as after SGD or before the first step. */
export async function readOptimizerState(folder: string, layout: ParameterLayout): Promise<OptimizerState | undefined> {
  if (!(await exists(join(folder, FILE)))) return undefined
  const step = await stepOf(folder)
  const part = async (prefix: string): Promise<Float32Array> => {
    const tolerated = (name: string): boolean => name.startsWith(FIRST) || name.startsWith(SECOND)
    return (await readSlots(folder, [FILE], layout, { tolerated, prefix, head: 'logit' })).values
  }
  return { step, firstMoment: await part(FIRST), secondMoment: await part(SECOND) }
}
