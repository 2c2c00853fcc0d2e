import { realpathSync } from 'node:fs'
import { relative, resolve } from 'node:path'
import { LabError } from '../../errors.ts'
import { loadRunFile } from '../../runFiles/loadRunFile.ts'
import { moduleFilesOf } from '../../runFiles/moduleFiles.ts'
import { EXIT } from '../exitCodes.ts'
import type { ExitCode } from '../exitCodes.ts'
import { givenFile } from '../givenPlaces.ts'
import type { Host } from '../host.ts'
import type { Services } from '../services.ts'
import { plainLine } from '../terminal/plainText.ts'
import { definitions, table } from '../terminal/table.ts'
import { workspaceOf } from '../trustedModules.ts'

const HASH_SHOWN = 12

export interface TrustCommandOptions {
  /** Hash of what somebody read: nothing else is approved. */
  readonly expect?: string
}

/** Approves a module, or every module that a run file names, as it now is; a changed byte asks again. */
export function trustCommand(host: Host, services: Services, file: string, { expect }: TrustCommandOptions): ExitCode {
  const place = givenFile(host, file, { remedy: 'Name a module, or a run file that names modules.' })
  const modules = place.endsWith('.json') ? modulesOfRunFile(services, place, file) : [{ path: place, workspace: workspaceOf(place, host.cwd) }]
  if (modules.length === 0) host.stdout.write('The run file names no module.\n')
  const approved = modules.flatMap(({ path, workspace }) => services.trusted.approve(path, workspace, expect) ?? [])
  if (expect !== undefined && approved.length === 0) throw changedSince(place, expect)
  for (const { entry, hash, files } of approved) {
    const imported = files.filter((name) => name !== entry).map((name) => plainLine(relative(host.cwd, name)))
    host.stdout.write(`Approved ${plainLine(entry)}\n${definitions([['SHA-256', hash], ['imports', imported.join(', ') || 'no other file']])}\n`)
  }
  return EXIT.finished
}

const changedSince = (place: string, hash: string): LabError =>
  new LabError('trust', 'trust/changed', `Nothing was approved: no module of ${place} has the SHA-256 ${hash} any more.`, {
    place, remedy: 'Read the module and what it imports as they are now, then approve that.'
  })

function modulesOfRunFile(services: Services, place: string, named: string): { path: string; workspace: string }[] {
  const { run, folder } = loadRunFile(place, [], services.catalogue, named)
  return moduleFilesOf(run).map((path) => ({ path, workspace: folder }))
}

export function trustListCommand(host: Host, services: Services, { json }: { readonly json: boolean }): ExitCode {
  const approved = services.trusted.list()
  if (json) for (const one of approved) host.stdout.write(`${JSON.stringify(one)}\n`)
  else if (approved.length === 0) host.stdout.write('No module is approved for good.\n')
  else host.stdout.write(`${table([['module', 'SHA-256', 'approved'], ...approved.map(({ path, hash, at }) => [plainLine(path), hash.slice(0, HASH_SHOWN), at.slice(0, 10)])])}\n`)
  return EXIT.finished
}

export function trustRevokeCommand(host: Host, services: Services, which: string): ExitCode {
  for (const { path, hash } of services.trusted.revoke({ path: realPlace(resolve(host.cwd, which)), hash: which })) {
    host.stdout.write(`Revoked ${plainLine(path)} (${hash.slice(0, HASH_SHOWN)})\n`)
  }
  return EXIT.finished
}

/** As approvals name it; the file may be gone. */
function realPlace(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    // A file that no longer exists is known by the path it had.
    return path
  }
}
