import fs from 'node:fs'
import path from 'node:path'
import type { QueryNotices } from '../protocol/queries.ts'
import { RUN_FILES } from '../stores/runLayout.ts'
import { signatureOfFolder, signatureOfRun } from './runSignature.ts'
import type { Aspect, RunSignature } from './runSignature.ts'

type Changed = QueryNotices['changed']

/** Notices of one place come at most so often. */
const LEAST_MS = 250
/** File systems that tell of no changes (network shares) are looked at anyway. */
const POLL_MS = 1500
const ASPECTS: readonly Aspect[] = ['state', 'metrics', 'events', 'rollouts', 'summary']

export interface Watched {
  /** Looks, and tells what has changed since the last look. */
  readonly look: () => void
  readonly close: () => void
}

/** Tells what of some runs and folders of runs is written: by the system's notices and by a slow look of its own. */
export class Watcher {
  readonly #tell: (changed: Changed) => void
  readonly #watched = new Map<string, Watched>()
  readonly #poll: NodeJS.Timeout

  constructor(tell: (changed: Changed) => void) {
    this.#tell = tell
    this.#poll = setInterval(() => {
      for (const { look } of [...this.#watched.values()]) look()
    }, POLL_MS)
  }

  /** Replaces what is watched. */
  watch(runs: readonly string[], folders: readonly string[]): void {
    const wanted = new Map<string, string>([...runs.map((run) => [`run ${run}`, run] as const), ...folders.map((folder) => [`folder ${folder}`, folder] as const)])
    for (const [key, { close }] of [...this.#watched]) {
      if (wanted.has(key)) continue
      close()
      this.#watched.delete(key)
    }
    for (const [key, place] of wanted) {
      if (!this.#watched.has(key)) this.#watched.set(key, key.startsWith('run ') ? this.#watchRun(place) : this.#watchFolder(place))
    }
  }

  close(): void {
    clearInterval(this.#poll)
    this.watch([], [])
  }

  #watchRun(run: string): Watched {
    let last = signatureOfRun(run)
    return watchPlaces([run, path.join(run, RUN_FILES.rollouts)], () => {
      const now = signatureOfRun(run)
      const what = differences(last, now)
      last = now
      if (what.length > 0) this.#tell({ run, what })
    })
  }

  #watchFolder(folder: string): Watched {
    let last = signatureOfFolder(folder)
    return watchPlaces([folder], () => {
      const now = signatureOfFolder(folder)
      if (now !== last) this.#tell({ folder, what: ['list'] })
      last = now
    })
  }
}

function differences(before: RunSignature, now: RunSignature): (Aspect | 'gone')[] {
  if (now === undefined) return before === undefined ? [] : ['gone']
  return ASPECTS.filter((aspect) => before?.[aspect] !== now[aspect])
}

/** Looks when the system tells of a change in one of the places, now and then at most. */
export function watchPlaces(places: readonly string[], look: () => void): Watched {
  let timer: NodeJS.Timeout | undefined
  let lookedAt = 0
  const lookNow = (): void => {
    timer = undefined
    lookedAt = performance.now()
    look()
  }
  const soon = (): void => {
    timer ??= setTimeout(lookNow, Math.max(0, LEAST_MS - (performance.now() - lookedAt)))
  }
  const watchers = places.flatMap((place) => watchPlace(place, soon))
  return {
    look: lookNow,
    close: () => {
      clearTimeout(timer)
      for (const watcher of watchers) watcher.close()
    }
  }
}

/** Where the system cannot watch (absent, out of watches, a share), the slow look does. */
function watchPlace(place: string, soon: () => void): fs.FSWatcher[] {
  try {
    const watcher = fs.watch(place, { persistent: false }, soon)
    watcher.on('error', () => watcher.close())
    return [watcher]
  } catch {
    // The slow look remains.
    return []
  }
}
