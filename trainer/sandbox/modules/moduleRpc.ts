/** Messages between the trainer and a module process: plain JSON, checked on arrival by whoever uses the result. */
import { RequestType } from 'vscode-jsonrpc/node'
import type { ModuleSources } from './moduleSources.ts'

/** The module process talks on its fourth stream: whatever the module prints stays out of the way. */
export const PROTOCOL_STREAM = 3

export type LoadParams = Pick<ModuleSources, 'entryUrl' | 'sources' | 'links'>

export type ModuleMethod =
  | 'describe' | 'reward.score' | 'function.scores' | 'algorithm.weigh'
  | 'environment.generate' | 'environment.solution' | 'environment.demonstrate' | 'environment.render' | 'environment.grade' | 'environment.checkSteps'

export interface CallParams {
  readonly method: ModuleMethod
  readonly args: readonly unknown[]
}

export const LoadRequest = new RequestType<LoadParams, null, void>('load')
export const CallRequest = new RequestType<CallParams, unknown, void>('call')

