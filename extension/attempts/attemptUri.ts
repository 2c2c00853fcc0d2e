import type { AttemptPlace } from '../../webviews/protocol/inspector.ts'
import { isPlace } from '../traces/rolloutUri.ts'

/** Scheme of the read-only documents of attempts: their files, the gold solution, single tests. */
export const ATTEMPT_SCHEME = 'rollout-attempt'

const PARTS = ['file', 'gold', 'test'] as const
const KEYS = ['run', 'id', 'turn', 'part', 'index'] as const

/** A text of an attempt: one of its files or tests, by position, or the problem's own solution. */
export interface AttemptText extends AttemptPlace {
  readonly part: (typeof PARTS)[number]
  readonly index: number
}

/** Query of a document's address. */
export function attemptQuery({ run, id, turn, part, index }: AttemptText): string {
  return new URLSearchParams({ run, id, turn: String(turn), part, index: String(index) }).toString()
}

/** The text that a query names; undefined where it is anything else. */
export function attemptOf(query: string): AttemptText | undefined {
  const given = new URLSearchParams(query)
  if ([...given.keys()].sort().join() !== [...KEYS].sort().join()) return undefined
  const [run, id, turn, part, index] = KEYS.map((key) => given.get(key) ?? '') as [string, string, string, string, string]
  const known = PARTS.find((each) => each === part)
  if (!known || !isPlace({ run, id }) || !/^[1-9]\d{0,6}$/.test(turn) || !/^\d{1,6}$/.test(index)) return undefined
  return { run, id, turn: Number(turn), part: known, index: Number(index) }
}

/** A relative path of names that hold nothing but letters, digits and the like; its ending stays, by which VS Code knows the language. */
export function plainPath(path: string): string {
  const names = path.slice(-200).split(/[\\/]+/).map((name) => name.replace(/[^\w.-]+/g, '_').slice(-80)).filter((name) => !/^\.*$/.test(name))
  return names.join('/') || 'file'
}
