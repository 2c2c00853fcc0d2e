import fs from 'node:fs'
import path from 'node:path'
import type { TrainerOrder } from '../../trainer/protocol/control.ts'
import type { WorkspacePythons } from '../contracts/trainers.ts'
import { orCancelled } from './cancelledStart.ts'
import { LabHostError } from './labHostError.ts'
import { machineVariables } from './machineVariables.ts'
import type { MachineSettings } from './machineVariables.ts'
import type { NodeChoice } from './nodeProgram.ts'
import type { Runtime } from './runtimeCopy.ts'
import { spawnTrainer } from './spawnTrainer.ts'

/** What runs trainers: the copied runtime, and a Node for it. */
export interface TrainerProgram {
  runtime(): Promise<Runtime>
  readonly node: NodeChoice
  /** What this machine's settings say to trainers, as of now. */
  readonly machine: () => MachineSettings
  /** For people: another Node had to be taken, and why. */
  readonly say: (message: string) => void
}

/** Before a run on programs starts, every cheat is tried on its rewards. */
const READY_SECONDS = 600
const LOGS_KEPT = 50
/** Ends that may be the Node's fault: a native module that does not load, or takes the process with it. */
const NODE_AT_FAULT: ReadonlySet<string> = new Set(['host/native-module', 'trainer-no-start'])

/** Takes what the trainer prints; made when it is given its order. @param storage the extension's own folder. */
export const logOf = (storage: string, { directory, id }: Pick<TrainerOrder, 'directory' | 'id'>): string =>
  path.join(storage, 'logs', `${path.basename(directory).slice(0, 120)}-${id}.log`)

export interface StartOptions {
  readonly pythons?: WorkspacePythons | undefined
  /** Cancels the start. */
  readonly signal?: AbortSignal | undefined
  /** Told of each process that is tried. The order waits for it: what comes of the process after that can be told from its pid. */
  readonly spawned?: (pid: number) => Promise<void>
}

/** Starts a trainer under VS Code's own Node; where that cannot run it, under one found on the PATH, and says so. */
export async function startTrainer(program: TrainerProgram, order: TrainerOrder, storage: string, { pythons, signal, spawned }: StartOptions = {}): Promise<{ readonly directory: string }> {
  const runtime = await orCancelled(program.runtime(), signal)
  const log = logOf(storage, order)
  dropOldLogs(path.dirname(log))
  const start = { runtime, order, log, readySeconds: READY_SECONDS, variables: machineVariables(program.machine(), pythons), signal, spawned }
  const first = program.node.current()
  try {
    return await spawnTrainer({ ...start, node: first })
  } catch (error) {
    if (!(error instanceof LabHostError) || !NODE_AT_FAULT.has(error.code)) throw error
    const node = await program.node.fallBack()
    if (!node) throw error
    program.say(`${first.name} cannot run the trainer, so ${node.name} does. (${error.message})`)
    return await spawnTrainer({ ...start, node })
  }
}

function dropOldLogs(folder: string): void {
  if (!fs.existsSync(folder)) return
  const logs = fs.readdirSync(folder).map((name) => path.join(folder, name))
  const byAge = logs.map((file) => ({ file, at: fs.statSync(file).mtimeMs })).sort((a, b) => b.at - a.at)
  for (const { file } of byAge.slice(LOGS_KEPT)) fs.rmSync(file, { force: true })
}
