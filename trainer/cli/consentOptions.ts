import { givenFolder } from './givenPlaces.ts'
import type { Host } from './host.ts'
import type { WorkspaceOptions } from './services.ts'

/** What people let a command do, as its options say it. */
export interface ConsentOptions {
  readonly trustWorkspace: boolean
  /** SHA-256 of modules that may run. */
  readonly trustModule: readonly string[]
  /** Folders whose repositories git may be asked about. */
  readonly git: readonly string[]
  readonly unsafeSandbox: boolean
}

type Consents = Pick<WorkspaceOptions, 'trustWorkspace' | 'trustedModules' | 'gitFolders' | 'unsafeSandbox'>

/** What commands without one of the options do not have, nobody let them do. @throws LabError `usage/missing-file`. */
export function consentsOf(host: Host, { trustWorkspace = false, trustModule, git = [], unsafeSandbox }: Partial<ConsentOptions>): Consents {
  const gitFolders = git.map((folder) => givenFolder(host, folder, { place: '--git', remedy: 'Name the folder of the repository, or one in it or around it.' }))
  return { trustWorkspace, trustedModules: trustModule, gitFolders, unsafeSandbox }
}
