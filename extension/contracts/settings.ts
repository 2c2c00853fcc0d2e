import type { Disposable, Event } from 'vscode'

/** Every setting of the extension, read in one place. */
export interface Settings {
  /** For new run files. */
  readonly engine: 'onnx' | 'torch'
  /** What PyTorch computes on where a run file does not say. */
  readonly device: string
  /** Absolute path of the Python that runs PyTorch; empty = the first that has it. No workspace can name one. */
  readonly python: string
  /** Absolute path of a Python that has vLLM; empty = the engine samples itself. No workspace can name one. */
  readonly vllmPython: string
  /** Model folders may run code of their own. No workspace can allow it. */
  readonly trustRemoteCode: boolean
  /** 0 = all cores. */
  readonly threads: number
  /** Absolute path: `rolloutLab.runsFolder`, resolved against the first workspace folder; default `.rollout-lab/runs`. */
  readonly runsFolder: string
  /** Every folder whose runs are listed: one for each workspace folder, then `otherRunsFolder`. */
  readonly runsFolders: readonly string[]
  /** Runs that were made without a folder lie here, and stay listed. */
  readonly otherRunsFolder: string
  /** Runs whose sizes add up to more than this many gigabytes bring a cleaning proposal. */
  readonly retentionGigabytes: number
  /** Trace inspectors of live runs follow the newest rollouts. */
  readonly follow: boolean
  /** Runs at a time on one device. */
  readonly runsPerDevice: number
  /** Name under which this user labels; empty = git's user name, else that of the system. */
  readonly labeler: string
  readonly suggestions: SuggestionSettings
}

/** Drafts by models; no workspace can change any of it. */
export interface SuggestionSettings {
  /** Base address of an OpenAI-compatible endpoint; empty = none. */
  readonly endpoint: string
  readonly model: string
  /** Caps of a batch: requests, tokens of prompts and answers together, cost in the currency of the prices. */
  readonly maxRequests: number
  readonly maxTokens: number
  readonly maxCost: number
  /** Of the endpoint's model, per million tokens; 0 = free or unknown. */
  readonly inputPrice: number
  readonly outputPrice: number
  /** Tokens of an answer at most. */
  readonly replyTokens: number
  readonly timeoutSeconds: number
}

export interface SettingsSource extends Disposable {
  readonly current: Settings
  readonly onDidChange: Event<Settings>
}
