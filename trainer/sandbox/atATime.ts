import { availableParallelism } from 'node:os'

/** Executions at a time: a worker waits for the trainer between two candidates, so that one more than cores keeps them busy. */
export const MOST_AT_A_TIME = availableParallelism() + 1
