import type { Environment } from '../../environments/environment.ts'
import { LabError } from '../../errors.ts'
import type { ModuleRef } from '../../protocol/moduleRef.ts'
import type { RewardFunction } from '../../rewards/reward.ts'
import { openModuleAlgorithm } from './moduleAlgorithm.ts'
import type { ModuleAlgorithm } from './moduleAlgorithm.ts'
import { openModuleEnvironment } from './moduleEnvironment.ts'
import { ModuleHost } from './moduleHost.ts'
import { ModulePool } from './modulePool.ts'
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
    const pool = new ModulePool(this.#approved(ref.path))
    this.#hosts.push(pool)
    return await loading(ref.path, () => openModuleReward(pool, ref.options, this.#limits(ref.path)))
  }

  async openAlgorithm(ref: Pick<ModuleRef, 'path'>): Promise<ModuleAlgorithm> {
    const host = new ModuleHost(this.#approved(ref.path))
    this.#hosts.push(host)
    return await loading(ref.path, () => openModuleAlgorithm(host, { path: ref.path, deadlineSeconds: WEIGH_SECONDS }))
  }

  async openEnvironment(ref: Pick<ModuleRef, 'path'>): Promise<Environment> {
    const module = await SyncModule.open(this.#approved(ref.path))
    this.#hosts.push(module)
    return await loading(ref.path, () => openModuleEnvironment(module, this.#limits(ref.path)))
  }

  /** Kills every module process. */
  async close(): Promise<void> {
    await Promise.all(this.#hosts.map((host) => host.close()))
  }

  #approved(path: string): ApprovedModule {
    return requireTrust(readModuleSources(path, this.#options.workspace), this.#options)
  }

  #limits(path: string): { readonly path: string; readonly deadlineSeconds: number } {
    return { path, deadlineSeconds: this.#options.deadlineSeconds }
  }
}

/** What a module does wrong before it was asked for anything is a mistake in its file. */
const MISTAKES: ReadonlySet<string> = new Set(['sandbox/module-threw', 'sandbox/bad-answer', 'sandbox/died'])

/** @throws LabError `sandbox/not-loadable` naming the module. */
async function loading<T>(path: string, open: () => T | Promise<T>): Promise<T> {
  try {
    return await open()
  } catch (error) {
    if (!LabError.is(error) || !MISTAKES.has(error.code)) throw error
    throw new LabError('sandbox', 'sandbox/not-loadable', `The module ${path} cannot be loaded: ${error.message}`, {
      place: path, remedy: 'Correct the module.', cause: error
    })
  }
}
