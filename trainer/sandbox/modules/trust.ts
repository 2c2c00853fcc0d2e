import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { LabError } from '../../errors.ts'
import { Sha256 } from '../../protocol/sha256.ts'
import type { ModuleSources } from './moduleSources.ts'

/**
 * Code of a workspace runs only after somebody approved exactly this content. Approvals are kept by content hash in a file
 * of the user, outside of every workspace, so that no workspace can approve itself; a changed byte in the module or in
 * anything it imports by relative path asks again.
 */
const Approvals = z.strictObject({
  version: z.literal(1),
  /** Path and time are for people; the hash alone decides. */
  approved: z.array(z.strictObject({ hash: Sha256, path: z.string(), at: z.iso.datetime() }))
})
type Approvals = z.infer<typeof Approvals>

export interface TrustOptions {
  /** The list of approvals, in the user's configuration folder. */
  readonly approvalsFile: string
  /** `--trust-workspace`: approved for this run, and not kept. */
  readonly trustWorkspace: boolean
  /** SHA-256 of what people were shown and let run this once; not kept either. */
  readonly trustedModules?: readonly string[] | undefined
}

declare const approval: unique symbol
/** Sources that may run. Only `requireTrust` makes one. */
export type ApprovedModule = ModuleSources & { readonly [approval]: true }

/** @throws LabError `trust/not-approved`, or `trust/approvals-unreadable` where the list is damaged. */
export function requireTrust(module: ModuleSources, options: TrustOptions): ApprovedModule {
  const { trustWorkspace, trustedModules = [], approvalsFile } = options
  if (trustWorkspace || trustedModules.includes(module.hash) || isApproved(module, approvalsFile)) return module as ApprovedModule
  const other = trustedModules.length === 0 ? '' : ' It is none of what was let run this once: it has changed since, or was not shown yet.'
  throw new LabError('trust', 'trust/not-approved', `${module.entry} is code of the workspace that nobody has approved (SHA-256 ${module.hash}).${other}`, {
    place: module.entry,
    remedy: 'Read the module and what it imports; then approve it as it is with `lab trust FILE`, or for one run with --trust-workspace.'
  })
}

export function isApproved(module: ModuleSources, approvalsFile: string): boolean {
  return readApprovals(approvalsFile).approved.some(({ hash }) => hash === module.hash)
}

/** What was approved for good, oldest first. Path and time are for people. */
export type Approval = Approvals['approved'][number]

export const listApproved = (approvalsFile: string): readonly Approval[] => readApprovals(approvalsFile).approved

/** Approves this content for good; `now` is when. */
export function approve(module: ModuleSources, approvalsFile: string, now: Date): void {
  const { approved } = readApprovals(approvalsFile)
  if (approved.some(({ hash }) => hash === module.hash)) return
  const list: Approvals = { version: 1, approved: [...approved, { hash: module.hash, path: module.entry, at: now.toISOString() }] }
  mkdirSync(dirname(approvalsFile), { recursive: true, mode: 0o700 })
  writeFileAtomic.sync(approvalsFile, `${JSON.stringify(list, null, 2)}\n`, { mode: 0o600 })
}

/** Takes an approval back. */
export function revoke(hash: string, approvalsFile: string): void {
  const { approved } = readApprovals(approvalsFile)
  const list: Approvals = { version: 1, approved: approved.filter((one) => one.hash !== hash) }
  if (list.approved.length < approved.length) writeFileAtomic.sync(approvalsFile, `${JSON.stringify(list, null, 2)}\n`, { mode: 0o600 })
}

function readApprovals(file: string): Approvals {
  try {
    return Approvals.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { version: 1, approved: [] }
    throw new LabError('trust', 'trust/approvals-unreadable', `The list of approved modules ${file} cannot be read.`, {
      place: file, cause: error, remedy: 'Delete the file to start with an empty list, or restore it.'
    })
  }
}
