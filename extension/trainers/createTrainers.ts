import path from 'node:path'
import * as vscode from 'vscode'
import { privateFolder } from '../../trainer/control/privateFolder.ts'
import type { PartialText, RecordedNotice } from '../../trainer/protocol/control.ts'
import type { RunEvent } from '../../trainer/protocol/events.ts'
import type { FailedStart, LabCommand, Trainers } from '../contracts/trainers.ts'
import { namedFolders } from './folderNames.ts'
import { createLabCommand as labCommandOf } from './labCommand.ts'
import { chooseNode } from './nodeProgram.ts'
import type { MachineSettings } from './machineVariables.ts'
import { copyRuntime, sweepRuntimes } from './runtimeCopy.ts'
import type { Runtime } from './runtimeCopy.ts'
import type { TrainerProgram } from './startTrainer.ts'
import { TrainerHub } from './trainerHub.ts'
import { createPresence } from './presence.ts'
import { workspacePythons } from './workspacePythons.ts'

export interface TrainersParts {
  readonly program: TrainerProgram
  readonly context: Pick<vscode.ExtensionContext, 'globalStorageUri'>
  readonly runsPerDevice: () => number
  /** Where the settings of this window have the runs. */
  readonly runsFolders: () => readonly string[]
  readonly log: (line: string) => void
}

/** The trainer's runtime, copied when first needed, and the Node that runs it. @param say tells people which Node is taken, and why. */
export function createTrainerProgram(context: Pick<vscode.ExtensionContext, 'globalStorageUri' | 'extensionUri'>, machine: () => MachineSettings, say: (message: string) => void): TrainerProgram {
  let copied: Promise<Runtime> | undefined
  const copy = (): Promise<Runtime> => copyRuntime(context.extensionUri.fsPath, runtimesFolder(context))
  return {
    // A copy that failed (a full disk) is tried again.
    runtime: () => (copied ??= copy().catch((error: unknown) => {
      copied = undefined
      throw error
    })),
    node: chooseNode(),
    machine,
    say
  }
}

const runtimesFolder = (context: Pick<vscode.ExtensionContext, 'globalStorageUri'>): string => path.join(context.globalStorageUri.fsPath, 'runtimes')

/** Trainers as the extension has them: contracts/trainers.ts over the hub, which knows nothing of VS Code. */
export function createTrainers({ program, context, runsPerDevice, runsFolders, log }: TrainersParts): Trainers {
  const changed = new vscode.EventEmitter<void>()
  const event = new vscode.EventEmitter<{ readonly directory: string; readonly event: RunEvent }>()
  const partial = new vscode.EventEmitter<{ readonly directory: string; readonly partial: PartialText }>()
  const recorded = new vscode.EventEmitter<{ readonly directory: string; readonly recorded: RecordedNotice }>()
  const startFailed = new vscode.EventEmitter<FailedStart>()
  const hub = new TrainerHub({
    program, runsPerDevice, log,
    workspacePythons: () => workspacePythons(log),
    folder: privateFolder,
    namedFolders: () => namedFolders(runsFolders(), (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath)),
    storage: context.globalStorageUri.fsPath,
    client: `${vscode.env.appName}, ${vscode.workspace.name ?? 'no folder'}`,
    trusted: () => vscode.workspace.isTrusted,
    listener: {
      changed: () => changed.fire(),
      event: (directory, told) => event.fire({ directory, event: told }),
      partial: (directory, told) => partial.fire({ directory, partial: told }),
      recorded: (directory, told) => recorded.fire({ directory, recorded: told }),
      startFailed: (failed) => startFailed.fire(failed),
      asked: () => presence.check()
    }
  })
  // A context key is set by the window itself: without one nobody answers.
  const presence = createPresence(() => vscode.commands.executeCommand('setContext', 'rolloutLab.present', true), (present) => (hub.present = present))
  const logged = (work: Promise<void>): void => void work.catch((error: unknown) => log(String(error)))
  return {
    get live() { return hub.live },
    get queue() { return hub.queue },
    onDidChange: changed.event, onEvent: event.event, onPartial: partial.event, onRecorded: recorded.event, onStartFailed: startFailed.event,
    start: async (request, signal) => {
      const started = await hub.start(request, signal)
      const { folder } = await program.runtime()
      logged(sweepRuntimes(runtimesFolder(context), hub.runtimesInUse().add(folder)))
      return started
    },
    startsNow: (request) => hub.startsNow(request),
    resume: (directory, consents, signal) => hub.resume(directory, consents, signal),
    pause: (directory) => hub.steer(directory, 'pause'),
    continue: (directory) => hub.steer(directory, 'continue'),
    stop: (directory) => hub.steer(directory, 'stop'),
    stopNow: (directory) => hub.steer(directory, 'stopNow'),
    takeSteering: (directory) => hub.steer(directory, 'takeSteering'),
    endHung: (directory) => hub.endHung(directory),
    moveInQueue: (id, to) => hub.moveInQueue(id, to),
    removeFromQueue: (id) => hub.removeFromQueue(id),
    attachAll: () => hub.attachAll(),
    dispose: () => {
      hub.dispose()
      for (const emitter of [changed, event, partial, recorded, startFailed]) emitter.dispose()
    }
  }
}

export const createLabCommand = (program: TrainerProgram, log: (line: string) => void): LabCommand => labCommandOf({ ...program, workspacePythons: () => workspacePythons(log) })
