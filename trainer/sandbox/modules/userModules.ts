import type { Environment } from '../../environments/environment.ts'
import { LabError } from '../../errors.ts'
import { isRewardFile } from '../../protocol/rewardFile.ts'
import type { Language } from '../../protocol/execution.ts'
import type { ModuleRef } from '../../protocol/moduleRef.ts'
import type { RewardFunction } from '../../rewards/reward.ts'
import type { Sandbox } from '../sandbox.ts'
import { functionReward } from './functionReward.ts'
import { openModuleAlgorithm } from './moduleAlgorithm.ts'
import type { ModuleAlgorithm } from './moduleAlgorithm.ts'
import { openModuleEnvironment } from './moduleEnvironment.ts'
import { moduleCaller } from './moduleFunction.ts'
import { ModuleHost } from './moduleHost.ts'
import { ModulePool } from './modulePool.ts'
import { openModuleReward } from './moduleReward.ts'
import { readModuleSources } from './moduleSources.ts'
import { reloadingReward } from './reloadingReward.ts'
import type { OpenedReward } from './reloadingReward.ts'
import type { RewardCaller } from './rewardCaller.ts'
import { readRewardFile } from './rewardFile.ts'
import type { RewardFile } from './rewardFile.ts'
import { sandboxedCaller } from './sandboxedReward.ts'
import { SyncModule } from './syncModule.ts'
import { requireTrust, requireTrustOfAll } from './trust.ts'
import type { ApprovedModule, TrustOptions } from './trust.ts'

/** Where reward files run. Whoever made the sandboxes closes them. */
export interface RewardSandboxes {
  /** One that works here for functions of this language; undefined where none does. */
  find(language: Language): Promise<Sandbox | undefined>
  /** A plain process, for code that somebody approved by its content; undefined where this machine has nothing that runs the language. */
  unconfined(language: Language): Promise<Sandbox | undefined>
}

export interface ModulesOptions extends TrustOptions {
  /** Folder of the run file: modules and what they import must lie in it. */
  readonly workspace: string
  /** Of one reward, grade, render … */
  readonly deadlineSeconds: number
  /** Without them reward files run only after approval. */
  readonly sandboxes?: RewardSandboxes
}

/** Weighing handles a whole step at once. */
const WEIGH_SECONDS = 60
/** Of a reward file, with the start of what runs it. */
const LOAD_SECONDS = 60

/** The user's modules of one run: opened by reference, closed together. Every `open…` throws the errors of trust and loading. */
export class UserModules {
  readonly #options: ModulesOptions
  readonly #hosts: { close(): void | Promise<void> }[] = []

  constructor(options: ModulesOptions) {
    this.#options = options
  }

  /**
   * Before any of them is opened: all that need approval, so that people are asked for them at once. Reward files need it only where
   * no sandbox runs them, which shows when they are opened.
   */
  requireApproved(paths: readonly string[]): void {
    const modules = paths.filter((path) => !isRewardFile(path)).map((path) => readModuleSources(path, this.#options.workspace))
    requireTrustOfAll(modules, this.#options)
  }

  async openReward(ref: Pick<ModuleRef, 'path' | 'options'> & { readonly function?: string | undefined }): Promise<RewardFunction> {
    if (isRewardFile(ref.path)) return await this.#openRewardFile(ref)
    const pool = new ModulePool(this.#approved(ref.path))
    this.#hosts.push(pool)
    return await loading(ref.path, () => openModuleReward(pool, ref.options, this.#limits(ref.path)))
  }

  async #openRewardFile({ path, options, function: wanted }: Parameters<UserModules['openReward']>[0]): Promise<RewardFunction> {
    const read = (): RewardFile => readRewardFile(path, this.#options.workspace, wanted)
    const open = async (trust: TrustOptions): Promise<OpenedReward> => {
      const file = read()
      const { entry, hash } = file.sources
      const caller = await this.#caller(file, trust)
      // Loads the file once with nothing to score: what is wrong with it shows now.
      await caller.call([], AbortSignal.timeout(1000 * LOAD_SECONDS))
      return { reward: functionReward(caller, { name: file.partName, path: entry, options }), file: entry, hash, close: () => caller.close?.() }
    }
    // A consent to the workspace as it was says nothing of what was edited since.
    const { approvalsFile, trustedModules } = this.#options
    return reloadingReward(await open(this.#options), { currentHash: () => read().sources.hash, openEdited: () => open({ approvalsFile, trustedModules, trustWorkspace: false }) })
  }

  /** In a sandbox where that can be; else under Node, or Python, once somebody approved the file. */
  async #caller(file: RewardFile, trust: TrustOptions): Promise<RewardCaller> {
    const { sources: { entry }, source, language, functionName, selfContained } = file
    const { sandboxes, deadlineSeconds } = this.#options
    const sandbox = selfContained ? await sandboxes?.find(language === 'python' ? language : 'javascript') : undefined
    if (sandbox) return sandboxedCaller(sandbox, { path: entry, source, language, functionName, deadlineSeconds })
    const approved = requireTrust(file.sources, trust)
    if (language === 'python') return sandboxedCaller(await this.#unconfined(entry), { path: entry, source, language, functionName, deadlineSeconds })
    const pool = new ModulePool(approved)
    this.#hosts.push(pool)
    return moduleCaller(pool, functionName, deadlineSeconds)
  }

  async #unconfined(place: string): Promise<Sandbox> {
    const plain = await this.#options.sandboxes?.unconfined('python')
    if (plain) return plain
    throw new LabError('sandbox', 'sandbox/unsupported', `Nothing here runs the Python of ${place}.`, {
      place, remedy: 'Install Python 3, or write the reward in TypeScript or JavaScript.'
    })
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
