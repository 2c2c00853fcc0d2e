import type { ExecutionTask } from '../../protocol/execution.ts'
import type { Call, Sandbox, SandboxBackend } from '../sandbox.ts'

/** Why no backend takes a task. */
export interface Missing {
  readonly missing: string
  readonly remedy: string
}

/** What is asked of a backend. */
export interface Asked {
  readonly kind: 'code' | 'workspace'
  readonly language?: string
  readonly styles?: readonly Call['style'][]
}

/** What a task asks of a backend. */
export const askedFor = (task: ExecutionTask): Asked =>
  task.kind === 'code' ? { kind: task.kind, language: task.language, styles: [...new Set(task.tests.map(({ style }) => style))] } : { kind: task.kind }

/** Whether a backend could run the task, as far as it says itself. */
export const takes = ({ languages, styles, runsPrograms }: Pick<SandboxBackend, 'languages' | 'styles' | 'runsPrograms'>, { kind, language, styles: wanted = [] }: Asked): boolean =>
  kind === 'workspace' ? runsPrograms : (language === undefined || languages.some((name) => name === language)) && wanted.every((style) => styles.includes(style))

/** The first backend that takes the task. */
export function chooseSandbox(
  sandboxes: readonly Sandbox[], asked: Asked, { hasWorkspaces, remedy }: { readonly hasWorkspaces: boolean; readonly remedy: string }
): Sandbox | Missing {
  const chosen = sandboxes.find((sandbox) => takes({ ...sandbox, runsPrograms: hasWorkspaces && sandbox.run !== undefined }, asked))
  if (chosen) return chosen
  const { kind, language, styles } = asked
  const what = kind === 'workspace' ? 'the tests of a workspace' : `programs in ${language ?? 'any language'}${styles ? ` by ${styles.join(' and ')}` : ''}`
  return { missing: `No sandbox that works here runs ${what}${sandboxes.length > 0 ? ` (there is ${sandboxes.map(({ name }) => name).join(', ')})` : ''}.`, remedy }
}
