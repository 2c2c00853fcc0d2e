import { readFile } from 'node:fs/promises'
import { basename, dirname, resolve } from 'node:path'
import { parse } from 'jsonc-parser'
import * as vscode from 'vscode'
import { newRunFile, pathFrom } from '../runFiles/writing.ts'
import type { Shell } from '../shell.ts'
import { chooseModel } from '../starting/chooseModel.ts'
import { runFilesOfWorkspace } from '../starting/chooseStart.ts'
import { writeFile } from '../starting/writeRunFile.ts'

/** Sizes for functions of people's own code: few problems, none of them held out, and room to think. */
const SIZES = { steps: 20, problemsPerStep: 4, groupSize: 8, sampling: { maxTokens: 512 }, evaluation: { problems: 0 } }

/** A run file that trains on a file of problems: the one that is there, or a new one. Undefined = people chose no model. */
export async function runFileFor(shell: Shell, taskset: string, title: string): Promise<vscode.Uri | undefined> {
  const [known] = (await Promise.all((await runFilesOfWorkspace()).map((file) => namesTaskset(file, taskset)))).flat()
  if (known !== undefined) return vscode.Uri.file(known)
  const model = await chooseModel(shell, `${title}: model for the new run file`, { samples: false })
  if (model === undefined) return undefined
  const { engine } = shell.settings.current
  const text = (folder: string): string => newRunFile({
    name: 'workspace', recipe: 'execution-grpo', model, engine, environment: { name: 'workspace', options: { path: pathFrom(folder, taskset) } }, folder, sizes: SIZES
  })
  return writeFile(shell, 'workspace', text, vscode.Uri.file(dirname(taskset)))
}

async function namesTaskset(file: string, taskset: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '')
  return text.includes(basename(taskset)) && tasksetsOf(parse(text)).some((path) => resolve(dirname(file), path) === taskset) ? [file] : []
}

/** Paths of files of problems that a run file names. It may hold anything. */
function tasksetsOf(run: unknown): string[] {
  const { environment, environments } = (run ?? {}) as { readonly environment?: unknown; readonly environments?: unknown }
  const named = [environment, ...(Array.isArray(environments) ? (environments as unknown[]) : [])]
  return named.flatMap((one) => {
    const { name, options } = (one ?? {}) as { readonly name?: unknown; readonly options?: { readonly path?: unknown } | null }
    return name === 'workspace' && typeof options?.path === 'string' ? [options.path] : []
  })
}
