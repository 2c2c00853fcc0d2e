import fs from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { ensurePrivateFolder, privateFolder, REFRESH_MILLISECONDS, refreshFile } from '../../control/privateFolder.ts'
import type { EngineInfo } from '../../engines/engine.ts'
import { LabError } from '../../errors.ts'
import { claimLock, contentOf } from '../../stores/linkedLock.ts'
import { isRunningHere, ownIdentity } from '../../stores/processIdentity.ts'

const Holder = z.object({
  version: z.literal(1), pid: z.number().int().positive(), startedAt: z.string().optional(),
  /** Directory of the run, for people. */
  run: z.string()
})
type Holder = z.infer<typeof Holder>

/** The right to compute on a device, until released or until the process ends. */
export interface DeviceLock {
  release(): void
}

export interface DeviceLockOptions {
  /** Directory of the run that wants the device. */
  readonly run: string
  /** Runs that may share the device. Default 1. */
  readonly places?: number
  /** Default: a folder that only the user can read. */
  readonly folder?: string
  readonly refreshMilliseconds?: number
}

interface Place {
  readonly file: string
  readonly content: string
}

interface HeldPlace extends Place {
  users: number
  readonly refreshing: NodeJS.Timeout
}

/** What this process holds: a run's engines, its scorers and those started again share one place. */
const held = new Map<string, HeldPlace>()

/**
 * Takes a place on a device. @param device as `deviceKey` names it; undefined = one that any number of runs may use.
 * @throws LabError `engine/device-busy` naming the run that has it.
 */
export function lockDevice(device: string | undefined, options: DeviceLockOptions): DeviceLock {
  if (device === undefined) return { release: () => undefined }
  const folder = options.folder ?? locksFolder()
  const key = path.join(folder, device)
  const mine = held.get(key) ?? keptNew(claimPlace(key, device, options), options.refreshMilliseconds)
  mine.users++
  held.set(key, mine)
  let released = false
  return {
    release: () => {
      if (released) return
      released = true
      if (--mine.users > 0) return
      held.delete(key)
      clearInterval(mine.refreshing)
      if (isOwn(mine)) fs.rmSync(mine.file, { force: true })
    }
  }
}

const locksFolder = (): string => ensurePrivateFolder(path.join(privateFolder(), 'devices'))

/** For what computes on a device without a place on it: says which runs have one; undefined where none has. @param folder of the locks. */
export function warnOfHolders(device: string | undefined, folder?: string): string | undefined {
  if (device === undefined) return undefined
  const locks = folder ?? locksFolder()
  const files = fs.readdirSync(locks).filter((name) => name.startsWith(`${device}.`) && name.endsWith('.lock'))
  const holders = files.flatMap((name) => livingHolder(contentOf(path.join(locks, name)) ?? '') ?? [])
  return holders.length === 0 ? undefined : `The run ${namesOf(holders)} holds this GPU: both may run out of memory.`
}

/** A lock of a run of days must not look like something left behind. */
function keptNew(place: Place, milliseconds = REFRESH_MILLISECONDS): HeldPlace {
  const refreshing = setInterval(() => { if (isOwn(place)) refreshFile(place.file) }, milliseconds).unref()
  return { ...place, users: 0, refreshing }
}

/** Where the file was cleaned away all the same, another run may have the place by now. */
const isOwn = ({ file, content }: Place): boolean => contentOf(file) === content

function claimPlace(key: string, device: string, { run, places = 1 }: DeviceLockOptions): Place {
  const holders: Holder[] = []
  for (let place = 0; place < places; place++) {
    const file = `${key}.${place}.lock`
    const content = JSON.stringify({ version: 1, ...ownIdentity(), run } satisfies Holder)
    const holder = claim(file, content)
    if (holder === undefined) return { file, content }
    holders.push(holder)
  }
  throw busy(device, holders)
}

/** Takes the place, from a process that has ended too. Answers who has it otherwise. */
function claim(file: string, content: string): Holder | undefined {
  const other = claimLock(file, content, (each) => livingHolder(each) !== undefined)
  return other === undefined ? undefined : parse(other)
}

function livingHolder(content: string): Holder | undefined {
  const holder = parse(content)
  return holder && isRunningHere(holder) ? holder : undefined
}

function parse(content: string): Holder | undefined {
  try {
    return Holder.parse(JSON.parse(content))
  } catch {
    // Not a lock that a trainer made.
    return undefined
  }
}

const namesOf = (holders: readonly Holder[]): string => holders.map(({ run, pid }) => `${run.replace(/\p{C}/gu, '?')} (process ${pid})`).join(', ')

function busy(device: string, holders: readonly Holder[]): LabError {
  return new LabError('engine', 'engine/device-busy', `The device ${device} is in use by the run ${namesOf(holders)}.`, {
    place: device, remedy: 'Wait until it ends, or choose another device: --set torch.device=cuda:1. ROLLOUT_LAB_RUNS_PER_DEVICE allows more runs on one, where its memory has room for them.'
  })
}

/**
 * A name for the device that an engine computes on, the same for every process of this machine. Undefined for the CPU, which runs
 * may share. @param device as engines name it: `cuda:0`, `mps`, `cpu`; where its driver calls it something, that is its name.
 */
export function deviceKey({ device, deviceId }: Pick<EngineInfo, 'device' | 'deviceId'>, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (device === 'mps') return 'mps'
  if (deviceId !== undefined) return `gpu-${plainName(deviceId)}`
  const index = /^cuda(?::(\d+))?$/.exec(device)
  if (!index) return undefined
  const number = Number(index[1] ?? 0)
  // Processes that see different devices count them differently.
  const visible = (environment['CUDA_VISIBLE_DEVICES'] ?? environment['HIP_VISIBLE_DEVICES'])?.split(',').map((each) => each.trim()).filter((each) => each !== '')
  return `cuda-${plainName(visible?.[number] ?? String(number))}`
}

const plainName = (text: string): string => text.replace(/[^\w-]/g, '_').slice(0, 80)
