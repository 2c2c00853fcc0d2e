import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { LabCommand, LabEnd, WorkspacePythons } from '../contracts/trainers.ts'
import { machineVariables } from './machineVariables.ts'
import type { TrainerProgram } from './startTrainer.ts'

const ERRORS_KEPT = 64 * 1024
const KILL_MILLISECONDS = 5000

export interface CommandProgram extends Pick<TrainerProgram, 'runtime' | 'node' | 'machine'> {
  readonly workspacePythons: () => Promise<WorkspacePythons>
}

/** Runs commands of the trainer's command line, each in a process that ends with this window. */
export function createLabCommand(program: CommandProgram): LabCommand {
  return {
    run: async (args, { cwd, onLine, signal }) => {
      const { lab } = await program.runtime()
      const { execPath, env } = program.node.current()
      const variables = machineVariables(program.machine(), needsPython(args) ? await program.workspacePythons() : undefined)
      signal?.throwIfAborted()
      const child = spawn(execPath, [lab, ...args], { cwd, env: { ...env, ...variables, NO_COLOR: '1', LAB_ERROR_CODES: '1' }, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
      let errors = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-ERRORS_KEPT)))
      createInterface({ input: child.stdout }).on('line', (line) => tellJson(line, onLine))
      const abort = (): void => {
        child.kill('SIGTERM')
        setTimeout(() => child.kill('SIGKILL'), KILL_MILLISECONDS).unref()
      }
      signal?.addEventListener('abort', abort, { once: true })
      try {
        const code = await new Promise<number>((resolve, reject) => {
          child.once('error', reject).once('close', (code) => resolve(code ?? 1))
        })
        return endOf(code, errors)
      } finally {
        signal?.removeEventListener('abort', abort)
      }
    }
  }
}

/** Asking for the workspace's Pythons may take seconds. */
const needsPython = (args: readonly string[]): boolean => args[0] === 'doctor' || args.includes('torch')

/** The code of an error is its last line, which nobody is shown. */
function endOf(code: number, said: string): LabEnd {
  const [line, errorCode] = /\ncode: (\S+)\n$/.exec(said) ?? []
  return line === undefined || errorCode === undefined ? { code, errors: said } : { code, errors: said.slice(0, 1 - line.length), errorCode }
}

/** With --json every line is JSON; what is not was printed by something else. */
function tellJson(line: string, onLine: (line: unknown) => void): void {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return
  }
  onLine(value)
}
