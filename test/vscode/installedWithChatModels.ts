import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVSIX } from '@vscode/vsce'
import { installExtension } from '../../scripts/vscodeServer.mjs'
import { packagedExtension } from './packagedExtension.ts'

/** A folder of extensions in `home`: the packaged one, and one that provides two language models. */
export async function installedWithChatModels(home: string): Promise<string> {
  const [cwd, packagePath] = [join(home, 'provider'), join(home, 'provider.vsix')]
  mkdirSync(cwd, { recursive: true })
  cpSync(new URL('chatProvider/', import.meta.url), cwd, { recursive: true })
  writeFileSync(join(cwd, '.vscodeignore'), '')
  await createVSIX({ cwd, packagePath, allowMissingRepository: true, skipLicense: true })
  installExtension(home, packagePath)
  return installExtension(home, await packagedExtension())
}
