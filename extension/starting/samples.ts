import { existsSync } from 'node:fs'
import fs from 'node:fs/promises'
import path from 'node:path'
import { parse } from 'jsonc-parser'
import * as vscode from 'vscode'
import { withValue } from '../runFiles/writing.ts'
import type { Sample } from './startItems.ts'

/** Samples that start without any set-up: each has this file. */
const START_FILE = 'rl.run.json'

/** The samples that come with the extension. They run from a copy, which no update of the extension takes away. */
export interface Samples {
  /** At once, from the extension's own folder; their files are there once `ready` has resolved. */
  list(): Promise<readonly Sample[]>
  /** The copy is made. */
  ready(): Promise<void>
  /** Run file text of a sample's environment, with sizes that suit it. */
  read(sample: Sample): Promise<Readonly<Record<string, unknown>>>
  /** Folder of the base models in the copy. */
  models(): Promise<readonly { readonly label: string; readonly folder: string }[]>
}

/** All of it with Node's own file system: what goes through the editor waits for a window that is just starting. */
export function createSamples({ extension, extensionUri, globalStorageUri }: vscode.ExtensionContext): Samples {
  const version = String((extension.packageJSON as { version: unknown }).version)
  const shipped = path.join(extensionUri.fsPath, 'samples')
  const copy = path.join(globalStorageUri.fsPath, 'samples', version)
  let copied: Promise<void> | undefined
  const ready = (): Promise<void> => (copied ??= copySamples(shipped, copy).catch((error: unknown) => {
    copied = undefined
    throw error
  }))
  return {
    ready,
    list: async () => {
      const names = (await fs.readdir(shipped)).sort()
      return (await Promise.all(names.map((name) => sampleIn(shipped, name, copy)))).flat()
    },
    read: async ({ file }) => {
      await ready()
      return parse(await fs.readFile(file, 'utf8')) as Record<string, unknown>
    },
    models: async () => {
      await ready()
      const folder = path.join(copy, 'models')
      return (await fs.readdir(folder)).sort().map((name) => ({ label: name, folder: path.join(folder, name) }))
    }
  }
}

async function sampleIn(shipped: string, name: string, copy: string): Promise<Sample[]> {
  const file = path.join(shipped, name, START_FILE)
  if (!existsSync(file)) return []
  const { notes } = (parse(await fs.readFile(file, 'utf8')) ?? {}) as { notes?: unknown }
  return [{ name, file: path.join(copy, name, START_FILE), notes: typeof notes === 'string' ? notes : '' }]
}

/** Another window may copy at the same time: whoever is done first puts it in place. */
async function copySamples(from: string, to: string): Promise<void> {
  if (existsSync(to)) return
  const draft = `${to}.${process.pid}`
  await fs.cp(from, draft, { recursive: true })
  for (const { name } of (await fs.readdir(draft, { withFileTypes: true })).filter((entry) => entry.isDirectory())) await dropSchemas(path.join(draft, name))
  try {
    await fs.rename(draft, to)
  } catch (error) {
    await fs.rm(draft, { recursive: true, force: true })
    if (!existsSync(to)) throw error
  }
}

/** The schema that the files name lies elsewhere; the editor knows it by their names. */
async function dropSchemas(folder: string): Promise<void> {
  const files = (await fs.readdir(folder)).filter((name) => name.endsWith('.run.json')).map((name) => path.join(folder, name))
  await Promise.all(files.map(async (file) => fs.writeFile(file, withValue(await fs.readFile(file, 'utf8'), ['$schema'], undefined))))
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
