export const EXIT = { finished: 0, failed: 1, usage: 2, stopped: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]
