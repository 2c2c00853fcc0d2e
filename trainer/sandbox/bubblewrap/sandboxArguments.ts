/**
 * What every sandbox of bubblewrap has: namespaces for users, processes, network, IPC, host name and control groups; no session to
 * inject input into; an empty environment; death with its parent. Root needs no namespace of users: there the program that runs
 * inside takes another user before anything of a candidate runs.
 */
export function namespaces(asRoot: boolean): string[] {
  const user = asRoot ? [] : ['--unshare-user', '--uid', NOBODY, '--gid', NOBODY]
  return [
    ...user, '--unshare-pid', '--unshare-net', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--hostname', 'sandbox',
    '--die-with-parent', '--new-session', '--clearenv'
  ]
}

const NOBODY = '65534'

export const environmentArguments = (environment: Readonly<Record<string, string>>): string[] =>
  Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value])

/** Of what root would have; the user of a sandbox that is not root's has none to begin with. */
export const capabilities = (names: readonly string[]): string[] => ['--cap-drop', 'ALL', ...names.flatMap((name) => ['--cap-add', name])]
