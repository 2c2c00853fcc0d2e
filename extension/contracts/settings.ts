import type { Disposable, Event } from 'vscode'

/** Every setting of the extension, read in one place. */
export interface Settings {
  readonly engine: 'onnx'
  /** What the engine computes on. */
  readonly device: 'cpu'
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
}

export interface SettingsSource extends Disposable {
  readonly current: Settings
  readonly onDidChange: Event<Settings>
}
