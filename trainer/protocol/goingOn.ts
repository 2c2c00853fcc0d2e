/** Of a run's status: it trains, or waits to go on. Where its process has ended without a word, it is listed as interrupted instead. */
export const isGoingOn = (status: string): boolean => status === 'running' || status === 'paused'

/**
 * How a run is listed: what it recorded last may be of an earlier go. One that goes on again has recorded nothing until its model is loaded.
 * @param held a process holds the run, or may do so on another machine.
 */
export function listedStatus<S extends string>(recorded: S, held: boolean): S | 'running' | 'interrupted' {
  if (!held && isGoingOn(recorded)) return 'interrupted'
  return held && (recorded === 'stopped' || recorded === 'failed') ? 'running' : recorded
}
