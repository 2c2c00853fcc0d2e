import { mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { LabError } from '../../errors.ts'
import type { UnapprovedModule } from '../../protocol/moduleRef.ts'
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

/** @throws NotApprovedError, or LabError `trust/approvals-unreadable` where the list is damaged. */
export function requireTrust(module: ModuleSources, options: TrustOptions): ApprovedModule {
  requireTrustOfAll([module], options)
  return module as ApprovedModule
}

/** The same of modules of which each will run: one error tells of all that nobody approved. */
export function requireTrustOfAll(modules: readonly ModuleSources[], options: TrustOptions): void {
  const { trustWorkspace, trustedModules = [], approvalsFile } = options
  const refused = modules.filter((module) => !trustWorkspace && !trustedModules.includes(module.hash) && !isApproved(module, approvalsFile))
  if (refused.length > 0) throw new NotApprovedError(refused, trustedModules.length > 0)
}

export class NotApprovedError extends LabError {
  readonly modules: readonly UnapprovedModule[]

  /** @param letsOthers some content was let run this once */
  constructor(refused: readonly ModuleSources[], letsOthers: boolean) {
    const named = refused.map(({ entry, hash }) => ({ file: entry, hash }))
    const { message, others, remedy, ...place } = named.length === 1 ? toldOfOne(named[0]!) : toldOfSeveral(named)
    super('trust', 'trust/not-approved', letsOthers ? message + others : message, { remedy, ...place })
    this.modules = named
  }
}

interface Told {
  readonly message: string
  /** Added where something else was let run this once. */
  readonly others: string
  readonly remedy: string
  readonly place?: string
}

const toldOfOne = ({ file, hash }: UnapprovedModule): Told => ({
  message: `${file} is code of the workspace that nobody has approved (SHA-256 ${hash}).`,
  place: file,
  others: ' It is none of what was let run this once: it has changed since, or was not shown yet.',
  remedy: 'Read the module and what it imports; then approve it as it is with `lab trust FILE`, or for one run with --trust-workspace.'
})

const toldOfSeveral = (modules: readonly UnapprovedModule[]): Told => ({
  message: [`${modules.length} modules are code of the workspace that nobody has approved:`, ...modules.map(({ file, hash }) => `  ${file} (SHA-256 ${hash})`)].join('\n'),
  others: '\nThey are none of what was let run this once: they have changed since, or were not shown yet.',
  remedy: 'Read them and what they import; then approve them as they are with `lab trust RUN-FILE`, or for one run with --trust-workspace.'
})

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
