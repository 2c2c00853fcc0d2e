import { bubblewrapBackend } from '../sandbox/bubblewrap/bubblewrapBackend.ts'
import { containerBackend } from '../sandbox/container/containerBackend.ts'
import { quickjsBackend } from '../sandbox/quickjs/quickjsBackend.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'
import { sandboxExecBackend } from '../sandbox/sandboxExec/sandboxExecBackend.ts'
import { sqliteBackend } from '../sandbox/sqlite/sqliteBackend.ts'
import { unsafeBackend } from '../sandbox/unsafe/unsafeBackend.ts'

/**
 * The sandboxes that this program has, in the order in which they are chosen: those that need nothing installed come first.
 * @param options.unsafe people said that a plain process may serve where no sandbox works: the last to be chosen.
 */
export function sandboxBackends({ unsafe = false }: { readonly unsafe?: boolean | undefined } = {}): readonly SandboxBackend[] {
  return [quickjsBackend(), sqliteBackend(), ...(PLATFORM[process.platform] ?? []).map((backend) => backend()), containerBackend(), ...(unsafe ? [unsafeBackend()] : [])]
}

/** What belongs to a system alone is not tried on others. */
const PLATFORM: Partial<Record<NodeJS.Platform, readonly (() => SandboxBackend)[]>> = { linux: [bubblewrapBackend], darwin: [sandboxExecBackend] }
