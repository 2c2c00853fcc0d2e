import { spawn, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import type { Language, Limits } from '../../protocol/execution.ts'

/**
 * A process that may write to a folder of its own and to nothing else of the machine: cheats overwrite what they find. Only for
 * cheats that are not `violent`, since nothing else confines them.
 */
export interface Program {
  readonly command: readonly string[]
  /** Paths relative to the folder → texts. What a cheat would write to /tmp is written to the folder. */
  readonly files: Readonly<Record<string, string>>
  readonly stdin?: string
  readonly environment?: Readonly<Record<string, string>>
  /** Default: so many that none but an endless program needs them. */
  readonly seconds?: number
  /** Files of the folder that are read back after the end. */
  readonly results?: readonly string[]
  /** Prepares the folder, e.g. as a repository. */
  readonly prepare?: (folder: string) => void
}

export interface Ran {
  /** null = killed. */
  readonly code: number | null
  readonly stdout: string
  /** What came on descriptor 3. */
  readonly report: string
  /** The result files that could be read. */
  readonly results: Readonly<Record<string, string>>
}

export async function runProgram(program: Program): Promise<Ran> {
  const folder = await mkdtemp(join(tmpdir(), 'grader-'))
  try {
    await writeFiles(folder, program.files)
    program.prepare?.(folder)
    const ended = await started(program, folder)
    return { ...ended, results: await readResults(folder, program.results ?? []) }
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
}

async function writeFiles(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), text.replaceAll('/tmp', '.').replaceAll('/logs/verifier', '.'))
  }
}

const PATIENCE = 60

/** An endless attempt is given a short limit by the battery; others are never to be decided by time. */
export const secondsOf = ({ wallSeconds }: Limits): number => (wallSeconds < 1 ? wallSeconds : PATIENCE)

/** Whether doubles can be run here. Without bubblewrap a cheat could overwrite the developer's own files. */
export const CONFINES = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0

const confined = (folder: string): string[] => ['--ro-bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--bind', folder, folder, '--chdir', folder, '--die-with-parent', '--']

function started({ command, environment, seconds = PATIENCE, stdin = '' }: Program, cwd: string): Promise<Omit<Ran, 'results'>> {
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'], ...environment }
    const child = spawn('bwrap', [...confined(cwd), ...command], { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'ignore', 'pipe'] })
    const timer = setTimeout(() => endGroup(child.pid!), seconds * 1000)
    const [stdout, report] = ([1, 3] as const).map((descriptor) => collected(child.stdio[descriptor] as Readable)) as [() => string, () => string]
    child.stdin!.on('error', () => child.stdin!.destroy()).end(stdin)
    child.on('error', reject).on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, stdout: stdout(), report: report() })
    })
  })
}

/** What bubblewrap starts outlives one that is killed while it sets up, and keeps the pipes open. */
function endGroup(leader: number): void {
  try {
    process.kill(-leader, 'SIGKILL')
  } catch (error) {
    // It has just ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function collected(stream: Readable): () => string {
  let text = ''
  stream.on('data', (piece: Buffer) => (text += piece.toString()))
  return () => text
}

async function readResults(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  const read = names.map(async (name): Promise<[string, string][]> => readFile(join(folder, name), 'utf8').then((text) => [[name, text]], () => []))
  return Object.fromEntries((await Promise.all(read)).flat())
}

/** The interpreter itself, since a launcher would be paid for at each start; undefined where there is none. */
export const PYTHON = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim() || undefined

export type Scripted = Language & ('javascript' | 'python')
export const SCRIPTED: readonly Scripted[] = PYTHON === undefined ? ['javascript'] : ['javascript', 'python']

export const interpreterOf = (language: Language): readonly string[] => (language === 'python' ? [PYTHON ?? 'python3', '-S'] : [process.execPath])
export const suffixOf = (language: Language): string => (language === 'python' ? 'py' : 'cjs')
