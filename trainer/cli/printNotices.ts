import type { OpenEnvironment } from '../environments/registry.ts'
import type { Host } from './host.ts'
import { plainLine } from './terminal/plainText.ts'

/** What environments say about their data, each thing once. */
export const noticesOf = (opened: readonly OpenEnvironment[]): string[] => [...new Set(opened.flatMap(({ environment }) => environment.notices ?? []))]

/** On stderr: what is on stdout may be read by programs. */
export function printNotices(host: Host, notices: readonly string[]): void {
  for (const notice of notices) host.stderr.write(`Warning: ${plainLine(notice)}\n`)
}
