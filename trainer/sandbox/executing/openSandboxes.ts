import { LabError } from '../../errors.ts'
import type { Sandbox, SandboxBackend, SandboxProbe } from '../sandbox.ts'
import { takes } from './chooseSandbox.ts'
import type { Asked } from './chooseSandbox.ts'

/** What is open for the tasks asked for, and what would mend the backends that do not work. */
export interface OpenSandboxes {
  readonly sandboxes: readonly [Sandbox, ...Sandbox[]]
  /** Absent where every backend that was tried works. */
  readonly remedy?: string
}

/**
 * Opens for each task the first backend that takes it and works. Backends are tried by running them, in their order, and only as
 * far as they are needed: some take seconds to say that they do not work.
 * @throws LabError `sandbox/no-backend` where none takes a task, `sandbox/no-runner` where that is to run tests of a workspace.
 */
export async function openSandboxes(backends: readonly SandboxBackend[], asked: readonly Asked[]): Promise<OpenSandboxes> {
  const opened = new Map<SandboxBackend, Sandbox>()
  const broken = new Map<SandboxBackend, SandboxProbe>()
  for (const task of asked) {
    const able = backends.filter((backend) => takes(backend, task))
    if (able.some((backend) => opened.has(backend))) continue
    const working = await firstWorking(able, broken)
    if (working) opened.set(working, await working.open())
  }
  const [first, ...rest] = backends.flatMap((backend) => opened.get(backend) ?? [])
  const remedy = [...broken.values()].map((probe) => `${probe.name} (${probe.detail}): ${probe.remedy}.`).join(' ')
  if (!first) throw noBackend(asked, remedy)
  return { sandboxes: [first, ...rest], ...(remedy !== '' && { remedy }) }
}

async function firstWorking(able: readonly SandboxBackend[], broken: Map<SandboxBackend, SandboxProbe>): Promise<SandboxBackend | undefined> {
  for (const backend of able) {
    if (broken.has(backend)) continue
    const probe = await backend.probe()
    if (probe.works) return backend
    broken.set(backend, probe)
  }
  return undefined
}

const whatOf = ({ kind, language }: Asked): string => (kind === 'workspace' ? 'tests of a workspace' : `programs in ${language ?? 'any language'}`)

/** Where tests of a workspace are among them, nobody need be asked whether a plain process may serve: it runs none. */
function noBackend(asked: readonly Asked[], remedy: string): LabError {
  const code = asked.some(({ kind }) => kind === 'workspace') ? 'sandbox/no-runner' : 'sandbox/no-backend'
  return new LabError('sandbox', code, `No sandbox that works here runs ${[...new Set(asked.map(whatOf))].join(' or ')}.`, {
    remedy: remedy === '' ? 'Run `lab doctor`: it says which sandboxes work here and what the others need.' : remedy
  })
}
