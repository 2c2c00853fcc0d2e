import type { Environment } from '../environments/environment.ts'
import type { ModuleRef } from '../protocol/moduleRef.ts'
import type { RewardFunction } from '../rewards/reward.ts'
import { openModuleAlgorithm } from './moduleAlgorithm.ts'
import type { ModuleAlgorithm } from './moduleAlgorithm.ts'
import { openModuleEnvironment } from './moduleEnvironment.ts'
import { ModuleHost } from './moduleHost.ts'
import { openModuleReward } from './moduleReward.ts'
import { readModuleSources } from './moduleSources.ts'
import { SyncModule } from './syncModule.ts'
import { requireTrust } from './trust.ts'
import type { ApprovedModule, TrustOptions } from './trust.ts'

export interface ModulesOptions extends TrustOptions {
  /** Folder of the run file: modules and what they import must lie in it. */
  readonly workspace: string
  /** Of one reward, grade, render … */
  readonly deadlineSeconds: number
}

/** Weighing handles a whole step at once. */
const WEIGH_SECONDS = 60

/** The user's modules of one run: opened by reference, closed together. Every `open…` throws the errors of trust and loading. */
export class UserModules {
  readonly #options: ModulesOptions
  readonly #hosts: { close(): void | Promise<void> }[] = []

  constructor(options: ModulesOptions) {
    this.#options = options
  }

  async openReward(ref: Pick<ModuleRef, 'path' | 'options'>): Promise<RewardFunction> {
    return await openModuleReward(this.#host(ref.path), ref.options, this.#limits(ref.path))
  }

  async openAlgorithm(ref: Pick<ModuleRef, 'path'>): Promise<ModuleAlgorithm> {
    return await openModuleAlgorithm(this.#host(ref.path), { path: ref.path, deadlineSeconds: WEIGH_SECONDS })
  }

  async openEnvironment(ref: Pick<ModuleRef, 'path'>): Promise<Environment> {
    const module = await SyncModule.open(this.#approved(ref.path))
    this.#hosts.push(module)
    return openModuleEnvironment(module, this.#limits(ref.path))
  }

  /** Kills every module process. */
  async close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.close()))
  }

  #host(path: string): ModuleHost {
    const host = new ModuleHost(this.#approved(path))
    this.#hosts.push(host)
    return host
  }

  #approved(path: string): ApprovedModule {
    return requireTrust(readModuleSources(path, this.#options.workspace), this.#options)
  }

  #limits(path: string): { readonly path: string; readonly deadlineSeconds: number } {
    return { path, deadlineSeconds: this.#options.deadlineSeconds }
  }
}
