/** Of a run's status: it trains, or waits to go on. Where its process has ended without a word, it is listed as interrupted instead. */
export const isGoingOn = (status: string): boolean => status === 'running' || status === 'paused'
