import type { Rollout } from '../../trainer/protocol/rollout.ts'
import { secondsText } from './secondsText.ts'

/** When a rollout was sampled, and how long that and its scoring took where it was told: programs that train on their own need not. */
export function sampledText({ sampledAt, sampleSeconds, rewardSeconds }: Rollout['timing']): string {
  const took = [[sampleSeconds, 'sampling'], [rewardSeconds, 'scoring']] as const
  return [sampledAt, ...took.flatMap(([seconds, what]) => (seconds > 0 ? [`${secondsText(seconds)} ${what}`] : []))].join(', ')
}
