import { sandboxBackends } from '../../trainer/cli/sandboxBackends.ts'
import type { Sandbox } from '../../trainer/sandbox/sandbox.ts'

let opening: Promise<Sandbox | undefined> | undefined

/** The first sandbox of this machine that runs test runners, one for all tests; undefined where none works. */
export function workspaceSandbox(): Promise<Sandbox | undefined> {
  return (opening ??= open())
}

async function open(): Promise<Sandbox | undefined> {
  for (const backend of sandboxBackends().filter(({ runsPrograms }) => runsPrograms)) {
    if ((await backend.probe()).works) return backend.open()
  }
  return undefined
}

/** What is said where tests are left out for want of one. */
export const NO_SANDBOX = 'no sandbox that runs test runners works here (on Linux: bubblewrap)'
export const NO_PYTEST = 'no Python with pytest (npm run setup:python installs it)'
