import { parse } from 'jsonc-parser'
import * as vscode from 'vscode'
import { withValue } from '../runFiles/writing.ts'
import type { Sample } from './startItems.ts'

/** Samples that start without any set-up: each has this file. */
const START_FILE = 'rl.run.json'

/** The samples that come with the extension. They run from a copy, which no update of the extension takes away. */
export interface Samples {
  list(): Promise<readonly Sample[]>
  /** Run file text of a sample's environment, with sizes that suit it. */
  read(sample: Sample): Promise<Readonly<Record<string, unknown>>>
  /** Folder of the base models in the copy. */
  models(): Promise<readonly { readonly label: string; readonly folder: string }[]>
}

export function createSamples({ extension, extensionUri, globalStorageUri }: vscode.ExtensionContext): Samples {
  const version = String((extension.packageJSON as { version: unknown }).version)
  const shipped = vscode.Uri.joinPath(extensionUri, 'samples')
  const copy = vscode.Uri.joinPath(globalStorageUri, 'samples', version)
  let copied: Promise<void> | undefined
  const ensureCopied = (): Promise<void> => (copied ??= copySamples(shipped, copy).catch((error: unknown) => {
    copied = undefined
    throw error
  }))
  return {
    list: async () => {
      await ensureCopied()
      const folders = (await vscode.workspace.fs.readDirectory(copy)).filter(([, type]) => type === vscode.FileType.Directory).map(([name]) => name)
      return (await Promise.all(folders.sort().map((name) => sampleIn(copy, name)))).flat()
    },
    read: async ({ file }) => parse(await readText(vscode.Uri.file(file))) as Record<string, unknown>,
    models: async () => {
      await ensureCopied()
      const folder = vscode.Uri.joinPath(copy, 'models')
      const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name).sort()
      return names.map((name) => ({ label: name, folder: vscode.Uri.joinPath(folder, name).fsPath }))
    }
  }
}

async function sampleIn(samples: vscode.Uri, name: string): Promise<Sample[]> {
  const file = vscode.Uri.joinPath(samples, name, START_FILE)
  if (!(await exists(file))) return []
  const { notes } = (parse(await readText(file)) ?? {}) as { notes?: unknown }
  return [{ name, file: file.fsPath, notes: typeof notes === 'string' ? notes : '' }]
}

/** Another window may copy at the same time: whoever is done first puts it in place. */
async function copySamples(from: vscode.Uri, to: vscode.Uri): Promise<void> {
  if (await exists(to)) return
  const draft = to.with({ path: `${to.path}.${process.pid}` })
  await vscode.workspace.fs.copy(from, draft, { overwrite: true })
  for (const [name] of await vscode.workspace.fs.readDirectory(draft)) await dropSchemas(vscode.Uri.joinPath(draft, name))
  try {
    await vscode.workspace.fs.rename(draft, to, { overwrite: false })
  } catch (error) {
    await vscode.workspace.fs.delete(draft, { recursive: true })
    if (!(await exists(to))) throw error
  }
}

/** The schema that the files name lies elsewhere; the editor knows it by their names. */
async function dropSchemas(folder: vscode.Uri): Promise<void> {
  const { type } = await vscode.workspace.fs.stat(folder)
  if (type !== vscode.FileType.Directory) return
  const files = (await vscode.workspace.fs.readDirectory(folder)).filter(([name]) => name.endsWith('.run.json'))
  await Promise.all(files.map(async ([name]) => {
    const file = vscode.Uri.joinPath(folder, name)
    await vscode.workspace.fs.writeFile(file, Buffer.from(withValue(await readText(file), ['$schema'], undefined)))
  }))
}

export async function readText(file: vscode.Uri): Promise<string> {
  return new TextDecoder().decode(await vscode.workspace.fs.readFile(file))
}

export async function exists(file: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(file)
    return true
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false
    throw error
  }
}
