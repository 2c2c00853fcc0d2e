import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { LabError } from '../../../errors.ts'
import { judgePython } from '../judgePython.ts'
import { probePython } from '../probePython.ts'
import type { ProbePython, PythonReport } from '../probePython.ts'
import { pythonsIn } from '../pythonCandidates.ts'
import { choosePackages, torchAttempts } from './choosePackages.ts'
import type { Accelerator } from './choosePackages.ts'
import { chooseInstaller } from './installer.ts'
import type { Installer } from './installer.ts'
import { requireRoom } from './requireRoom.ts'
import { runTool } from './runTool.ts'
import type { RunTool } from './runTool.ts'

/** What is told while an environment is made. */
export type SetupEvent =
  | { readonly kind: 'step'; readonly done: number; readonly of: number; readonly text: string }
  /** A line that a tool printed. */
  | { readonly kind: 'output'; readonly text: string }

export interface TorchSetup {
  /** Folder of the environment, absolute. One that is there is completed. */
  readonly folder: string
  readonly accelerator: Accelerator
  /** More packages, or other versions of those that are installed anyway: `torch==2.13.0`. */
  readonly packages: readonly string[]
  /** Index of torch itself, in place of the accelerator's. */
  readonly indexUrl?: string | undefined
  readonly report: (event: SetupEvent) => void
  readonly signal: AbortSignal
  readonly environment?: NodeJS.ProcessEnv
  readonly platform?: NodeJS.Platform
  readonly run?: RunTool
  readonly probe?: ProbePython
}

export interface MadeEnvironment {
  readonly python: string
  readonly report: PythonReport
}

/** Marks an environment in the making: it counts for nothing, and the next set-up begins anew. */
export const INCOMPLETE = '.rollout-lab-incomplete'

const STEPS = 4

/**
 * Makes an environment with PyTorch, transformers and peft by uv, or else by Python's own venv and pip, and tries it.
 * @throws LabError `setup/…` with what mends it; `setup/cancelled`, with what was made removed again.
 */
export async function setUpTorch(setup: TorchSetup): Promise<MadeEnvironment> {
  const { folder, signal, report } = setup
  const run = setup.run ?? runTool
  const isNew = prepareFolder(folder)
  const step = (done: number, text: string): void => report({ kind: 'step', done, of: STEPS, text })
  try {
    const installer = await chooseInstaller({ folder, run, environment: setup.environment ?? process.env, probe: setup.probe ?? probePython, signal })
    requireRoom(folder, setup.accelerator)
    step(0, isNew ? `Making ${folder} with ${installer.name}` : `Completing ${folder} with ${installer.name}`)
    if (isNew) await makeNew(setup, installer)
    await installTorch(setup, installer, step)
    step(2, 'Installing transformers and what goes with it')
    await installer.install(choosePackages(setup.packages).others, toolOptions(setup, 'Installing transformers'))
    step(3, 'Trying it: importing torch and transformers')
    const made = await tried(setup)
    rmSync(join(folder, INCOMPLETE), { force: true })
    step(STEPS, 'Done')
    return made
  } catch (error) {
    if (isNew && (signal.aborted || !existsSync(join(folder, INCOMPLETE)))) rmSync(folder, { recursive: true, force: true })
    throw signal.aborted ? cancelled() : error
  }
}

/** Answers whether the environment has to be made. @throws LabError `setup/occupied` */
function prepareFolder(folder: string): boolean {
  if (existsSync(join(folder, INCOMPLETE))) removeHalfMade(folder)
  if (existsSync(join(folder, 'pyvenv.cfg'))) return false
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    throw new LabError('usage', 'setup/occupied', `${folder} is there and is no environment of Python.`, { place: folder, remedy: 'Name another folder with --into.' })
  }
  mkdirSync(dirname(folder), { recursive: true })
  return true
}

function removeHalfMade(folder: string): void {
  const maker = Number(readFileSync(join(folder, INCOMPLETE), 'utf8'))
  if (maker !== process.pid && isAlive(maker)) {
    throw new LabError('usage', 'setup/running', `Process ${maker} is just making ${folder}.`, { place: folder, remedy: 'Wait until it is done. If no set-up is going on, remove the folder.' })
  }
  rmSync(folder, { recursive: true, force: true })
}

function isAlive(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Only what was made here is ever marked, since what is marked is removed by the next set-up. */
async function makeNew(setup: TorchSetup, installer: Installer): Promise<void> {
  await installer.make(toolOptions(setup, 'Making the environment'))
  writeFileSync(join(setup.folder, INCOMPLETE), String(process.pid))
}

/** An index that cannot be reached is passed over where another one has torch too. */
async function installTorch(setup: TorchSetup, installer: Installer, step: (done: number, text: string) => void): Promise<void> {
  const { torch } = choosePackages(setup.packages)
  const attempts = await torchAttempts({ ...setup, installer: installer.kind, run: setup.run ?? runTool })
  for (const [i, { args, words }] of attempts.entries()) {
    step(1, `Installing ${torch}, ${words}`)
    try {
      return await installer.install([...args, torch], toolOptions(setup, 'Installing torch'))
    } catch (error) {
      if (setup.signal.aborted || i === attempts.length - 1) throw error
      setup.report({ kind: 'output', text: error instanceof Error ? error.message : String(error) })
    }
  }
}

async function tried({ folder, probe = probePython, signal }: TorchSetup): Promise<MadeEnvironment> {
  const [python] = pythonsIn(folder)
  const answer = await probe(python!, { devices: true, signal })
  const fault = judgePython(python!, answer)
  if (fault || answer.kind !== 'answered') {
    throw new LabError('engine', fault?.code ?? 'engine/no-python', `The new environment does not work: ${python} ${fault?.what ?? ''}.`, { place: python!, remedy: fault?.remedy ?? 'Try again.' })
  }
  return { python: python!, report: answer.report }
}

const toolOptions = ({ report, signal, folder }: TorchSetup, doing: string): Parameters<Installer['make']>[0] => ({
  doing, signal, cwd: dirname(folder), onLine: (text) => report({ kind: 'output', text })
})

const cancelled = (): LabError => new LabError('usage', 'setup/cancelled', 'The set-up was cancelled; what it had made is removed.', { remedy: 'Start it again at any time.' })
