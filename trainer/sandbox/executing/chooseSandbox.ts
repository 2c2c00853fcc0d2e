import type { Call, Sandbox } from '../sandbox.ts'

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

/** The first backend that takes the task. */
export function chooseSandbox(
  sandboxes: readonly Sandbox[], { kind, language, styles }: Asked, { hasWorkspaces, remedy }: { readonly hasWorkspaces: boolean; readonly remedy: string }
): Sandbox | Missing {
  const chosen = sandboxes.find((sandbox) => {
    if (kind === 'workspace') return hasWorkspaces && sandbox.run !== undefined
    const speaks = language === undefined || sandbox.languages.some((name) => name === language)
    return speaks && (styles ?? []).every((style) => sandbox.styles.includes(style))
  })
  if (chosen) return chosen
  const what = kind === 'workspace' ? 'the tests of a workspace' : `programs in ${language ?? 'any language'}${styles ? ` by ${styles.join(' and ')}` : ''}`
  return { missing: `No sandbox that works here runs ${what}${sandboxes.length > 0 ? ` (there is ${sandboxes.map(({ name }) => name).join(', ')})` : ''}.`, remedy }
}
