import type { Host } from '../host.ts'
import type { RunDisplay } from './runDisplay.ts'

/** One event a line on stdout and nothing else there. */
export function jsonDisplay(host: Host): RunDisplay {
  return {
    event: (event) => host.stdout.write(`${JSON.stringify(event)}\n`),
    checking: () => {},
    notice: (text) => host.stderr.write(`${text}\n`),
    end: () => {}
  }
}
