import type { Clock } from '../orchestrator/trainerParts.ts'

export const systemClock: Clock = { now: () => new Date(), seconds: () => performance.now() / 1000 }
