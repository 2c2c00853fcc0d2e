/**
 * Both ends of the pipe between the trainer and an engine process. It is the child's fourth stream, so that nothing that
 * prints (a preload, a native library) can get between the messages: standard output is as harmless as standard error.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node'
import type { Logger, MessageConnection } from 'vscode-jsonrpc/node'
import type { EngineEntry, ForeignProgram } from './engineEntry.ts'
import { watchParent } from '../parentWatch.ts'

const PROTOCOL_STREAM = 3
/** What any process, a home folder and a locale need; secrets, proxies and NODE_OPTIONS stay outside. */
export const PASSED_ON = /^(PATH|HOME|USERPROFILE|TMPDIR|TEMP|TMP|SYSTEMROOT|WINDIR|LANG|LC_.*|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|ELECTRON_RUN_AS_NODE|NODE_V8_COVERAGE)$/i

/** Variables of this process by name. */
export const inherited = (names: RegExp): NodeJS.ProcessEnv => Object.fromEntries(Object.entries(process.env).filter(([name]) => names.test(name)))

function childEnvironment(program: ForeignProgram | undefined, extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const ours = program
    ? { ...inherited(program.inherits), ...program.environment }
    : process.versions['electron'] === undefined ? {} : { ELECTRON_RUN_AS_NODE: '1' }
  return { ...inherited(PASSED_ON), ...ours, ...extra }
}

/** Starts an engine program: under the Node that runs this one, unless it brings a program of its own. */
export function startChild(entry: EngineEntry, args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const { program } = entry
  return spawn(program?.path ?? process.execPath, [...entry.execArgv, entry.file, ...args], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: childEnvironment(program, environment),
    ...(program && { cwd: program.folder }),
    // In a group of its own the engine does not get the Ctrl-C that asks the trainer to stop at a safe point.
    detached: process.platform !== 'win32',
    windowsHide: true
  })
}

/** Kills an engine with whatever it has started itself, such as the processes of a sampler. */
export function killChild(child: ChildProcess): void {
  if (process.platform === 'win32' || child.pid === undefined || child.exitCode !== null || child.signalCode !== null) {
    child.kill('SIGKILL')
    return
  }
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has ended in this moment, or could not be made.
    child.kill('SIGKILL')
  }
}

const quiet = (report: (text: string) => void): Logger => ({ error: report, warn: report, info: () => undefined, log: () => undefined })

function connectionOver(stream: Duplex, report: (text: string) => void): MessageConnection {
  const reader = new StreamMessageReader(stream)
  // A process killed within a message leaves a part of it; the timer that waits for the rest would keep this process alive.
  reader.partialMessageTimeout = 0
  return createMessageConnection(reader, new StreamMessageWriter(stream), quiet(report))
}

/** The trainer's end. */
export function connectionToChild(child: ChildProcess, report: (text: string) => void): MessageConnection {
  return connectionOver(child.stdio[PROTOCOL_STREAM] as Duplex, report)
}

/** The engine's end. The process ends with the connection: an engine whose trainer has died has nobody to work for. */
export function connectionToParent(): MessageConnection {
  const socket = new Socket({ fd: PROTOCOL_STREAM, readable: true, writable: true })
  watchParent()
  const leave = (): void => process.exit(0)
  socket.on('end', leave).on('close', leave).on('error', leave)
  return connectionOver(socket, (text) => process.stderr.write(`${text}\n`))
}

/** The last characters that a process printed. */
export class OutputTail {
  #text = ''

  constructor(child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => { this.#text = (this.#text + text).slice(-4000) })
    }
  }

  /** Control characters, which could steer a terminal, are left out. */
  get text(): string {
    return this.#text.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, '').replace(/[^\P{C}\n\t]/gu, '').trim()
  }
}
