import path from 'node:path'
import { listEntries, readEntry } from '../../trainer/control/registry.ts'
import type { TrainerEntry } from '../../trainer/protocol/control.ts'
import { isRunningHere } from '../../trainer/stores/processIdentity.ts'
import type { LiveRun } from '../contracts/trainers.ts'
import { CPU } from './deviceOf.ts'
import type { DeviceName } from './deviceOf.ts'
import { FolderNames } from './folderNames.ts'
import { WATCH_TIMES, WatchedTrainer } from './watchedTrainer.ts'
import type { WatchParts, WatchTimes } from './watchedTrainer.ts'

export interface TrainerListOptions {
  /** Where living trainers enter themselves; only the user can look into it. @throws LabError where it is not so */
  readonly folder: () => string
  /** Shown to other windows. */
  readonly client: string
  /** Folders as this window names them; trainers tell real paths, which differ where a folder is reached through a link. */
  readonly namedFolders?: () => readonly string[]
  readonly times?: Partial<WatchTimes>
  readonly listenTo: (directory: string) => Pick<WatchParts, 'changed' | 'event' | 'partial' | 'recorded' | 'asked'>
}

/** Runs that have ended stay listed for this window. */
const ENDED_KEPT = 20

/** The trainers that this window knows: those in the registry, and those whose end it saw. */
export class TrainerList {
  readonly #options: TrainerListOptions
  readonly #names: FolderNames
  readonly #known = new Map<string, WatchedTrainer>()
  /** Entries that something else than their trainer answers for. */
  readonly #strangers = new Set<string>()
  #present = true

  constructor(options: TrainerListOptions) {
    this.#options = options
    this.#names = new FolderNames(options.namedFolders ?? (() => []))
  }

  /** Looked for whenever it is needed: a window that only reads runs does without, and what cleans short-lived files may take it away. */
  get folder(): string {
    return this.#options.folder()
  }

  /** One for each run directory: the newest trainer of it. */
  get shown(): readonly LiveRun[] {
    const byDirectory = new Map<string, LiveRun>()
    for (const trainer of this.#known.values()) byDirectory.set(trainer.entry.directory, trainer.shown)
    return [...byDirectory].map(([real, shown]) => ({ ...shown, directory: this.nameOf(real) }))
  }

  /** What this window calls the directory with this real path. */
  nameOf(real: string): string {
    return this.#names.shown(real)
  }

  find(directory: string): WatchedTrainer | undefined {
    return [...this.#known.values()].findLast(({ entry }) => this.#isOf(entry, directory))
  }

  /** Whether the trainer with this id has entered itself. */
  has(id: string): boolean {
    return readEntry(this.folder, id) !== undefined
  }

  /** Folders of runtimes that trainers run from. */
  runtimes(): Set<string> {
    return new Set(this.#entries().map(({ runtime }) => path.resolve(runtime)))
  }

  /** How many trainers use the device, of any window; one that hangs or is paused holds its memory still. */
  busy(device: DeviceName): number {
    return this.#living().filter((entry) => (entry.device ?? CPU) === device).length
  }

  /** Whether a trainer works on the run, of any window. */
  worksOn(directory: string): boolean {
    const known = this.find(directory)
    return (known && !known.over) || this.#living().some((entry) => this.#isOf(entry, directory))
  }

  /** Meets new trainers and attaches to those that this window is not attached to. */
  async look(): Promise<void> {
    if (!this.#present) return
    for (const entry of this.#entries()) this.#meet(entry)
    await Promise.all([...this.#known.values()].map((trainer) => this.#lookAt(trainer)))
    this.#forgetEnded()
  }

  /** Attaches to the trainer that has just entered itself under this id. */
  async lookFor(id: string): Promise<void> {
    for (const entry of this.#entries()) if (entry.id === id) this.#meet(entry)
    if (this.#present) await this.#known.get(id)?.look()
  }

  /** Whether anybody sits at this window: one that has lost its people holds no trainer, also none that it has come to hold since it was told. */
  set present(present: boolean) {
    this.#present = present
    if (!present) for (const trainer of this.#known.values()) trainer.withdraw()
  }

  dispose(): void {
    for (const trainer of this.#known.values()) trainer.dispose()
  }

  #entries(): TrainerEntry[] {
    return listEntries(this.folder)
  }

  #living(): TrainerEntry[] {
    return this.#entries().filter((entry) => {
      const known = this.#known.get(entry.id)
      return !this.#strangers.has(entry.id) && (known ? !known.over && !known.dead : isRunningHere(entry))
    })
  }

  #isOf(entry: TrainerEntry, directory: string): boolean {
    return entry.directory === directory || this.nameOf(entry.directory) === directory
  }

  #meet(entry: TrainerEntry): void {
    if (this.#known.has(entry.id) || this.#strangers.has(entry.id)) return
    const { client, times, listenTo } = this.#options
    const parts = { folder: this.folder, client, times: { ...WATCH_TIMES, ...times }, ...listenTo(this.nameOf(entry.directory)) }
    this.#known.set(entry.id, new WatchedTrainer(entry, parts))
  }

  /** A trainer that had ended before this window met it is no news; an entry that no trainer made is left alone. */
  async #lookAt(trainer: WatchedTrainer): Promise<void> {
    const genuine = await trainer.look()
    if (!genuine) this.#strangers.add(trainer.entry.id)
    if (genuine && (!trainer.over || trainer.shaken)) return
    trainer.dispose()
    this.#known.delete(trainer.entry.id)
  }

  #forgetEnded(): void {
    const ended = [...this.#known.values()].filter(({ over }) => over)
    for (const trainer of ended.slice(0, Math.max(0, ended.length - ENDED_KEPT))) this.#known.delete(trainer.entry.id)
  }
}
