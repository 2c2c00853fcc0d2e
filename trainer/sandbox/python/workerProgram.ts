import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the worker's program in Python: beside this file in a working tree, beside the bundle when installed. */
export function workerFolder(): string {
  const folder = dirname(fileURLToPath(import.meta.url))
  return join(folder, import.meta.url.endsWith('.ts') ? 'worker' : 'pythonWorker')
}

/** What a worker is told of itself. */
export interface WorkerKind {
  /** How it keeps its candidates apart: by namespaces of their own, or not at all, so that it serves one and is replaced. */
  readonly mode: 'namespaces' | 'plain'
  /** Whether it serves many: then what makes each of them cheaper is done when it starts. */
  readonly reusable: boolean
  /** Of candidates where the worker runs as root; default: as the worker. */
  readonly uid?: number | undefined
}

/**
 * Command line of a worker. No folder of the user's comes before the standard library, nothing that is installed runs by itself;
 * UTF-8 whatever the machine's locale is.
 * @param folder where the worker's program lies, as the worker sees it.
 */
export function workerCommand(python: string, folder: string, { mode, reusable, uid = 0 }: WorkerKind): readonly string[] {
  return [python, '-s', '-S', '-B', '-X', 'utf8', `${folder}/main.py`, mode, reusable ? 'warm' : 'once', String(uid)]
}

/** What a worker needs of an environment; a candidate sees no more than this. The seed of hashes makes runs repeatable. */
export const WORKER_ENVIRONMENT: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONHASHSEED: '0', MALLOC_ARENA_MAX: '2', PYTHONDONTWRITEBYTECODE: '1', LD_BIND_NOW: '1'
}
