import { randomBytes } from 'node:crypto'
import fs from 'node:fs'
import path from 'node:path'
import writeFileAtomic from 'write-file-atomic'
import { z } from 'zod'
import { TrainerId } from '../../trainer/protocol/control.ts'
import type { LocalProcess } from '../../trainer/stores/processIdentity.ts'
import type { Consents, QueuedStart } from '../contracts/trainers.ts'

const consents = { trustedModules: z.array(z.string()).optional(), acceptPaidCheats: z.array(z.string()).optional(), unsafeSandbox: z.boolean().optional() }

const Process = z.object({ pid: z.number().int().positive(), startedAt: z.string().optional() })

const Waiting = z.object({
  /** Of the trainer that it will have. */
  id: TrainerId,
  label: z.string(),
  /** Of the run, made when it starts. */
  directory: z.string(),
  request: z.union([
    z.object({ resume: z.string(), ...consents }),
    // `text`: of the file when the start was asked for. What is edited while it waits is for the next start.
    z.object({ file: z.string(), text: z.string().optional(), overrides: z.array(z.string()), seed: z.number().int().optional(), ...consents })
  ]),
  /** Whether the window that queued it trusted its workspace. */
  asksGit: z.boolean(),
  /** Absent in what an earlier version queued. */
  device: z.string().optional(),
  /** Of the workspace that it was started in. */
  pythons: z.object({ selected: z.array(z.string()), folders: z.array(z.string()) }).optional(),
  /** The process that prepares the run, which may take minutes: it outlives its window. Absent before it is there. */
  trainer: Process.extend({
    /** The window that makes the start, and cancels it where it is taken out of the queue. Absent in what an earlier version noted. */
    window: Process.optional()
  }).optional()
})
export type Waiting = z.infer<typeof Waiting>

const QueueFile = z.object({ version: z.literal(1), waiting: z.array(Waiting) })

/**
 * Starts that wait for their device, and the one that a window is making: a file that all windows share and that outlives them.
 * Changed only under a lock.
 */
export class StartQueue {
  readonly #place: string
  #seen: readonly Waiting[] = []
  #stamp = ''

  constructor(place: string) {
    this.#place = place
    this.refresh()
  }

  /** As of the last look. */
  get waiting(): readonly Waiting[] {
    return this.#seen
  }

  /** Looks at the file again where it has changed. Answers whether it had. */
  refresh(): boolean {
    const stamp = stampOf(this.#place)
    if (stamp === this.#stamp) return false
    this.#stamp = stamp
    this.#seen = readQueue(this.#place)
    return true
  }

  add(item: Omit<Waiting, 'id'>): Waiting {
    const added = { ...item, id: randomBytes(8).toString('hex') }
    this.#change((waiting) => [...waiting, added])
    return added
  }

  prepared(id: string, process: LocalProcess, window: LocalProcess): void {
    const trainer = { ...noted(process), window: noted(window) }
    this.#change((waiting) => waiting.map((item) => (item.id === id ? { ...item, trainer } : item)))
  }

  remove(id: string): void {
    this.#change((waiting) => waiting.filter((item) => item.id !== id))
  }

  /** @param to position among those that wait, from 0. @param besides one that is not counted: it does not wait, and stays where it is. */
  move(id: string, to: number, besides?: string): void {
    this.#change((waiting) => {
      const item = waiting.find((one) => one.id === id)
      if (!item) return waiting
      const others = waiting.filter((one) => one.id !== id)
      const uncounted = others.findIndex((one) => one.id === besides)
      const at = Math.max(0, Math.min(others.length, uncounted >= 0 && uncounted <= to ? to + 1 : to))
      return [...others.slice(0, at), item, ...others.slice(at)]
    })
  }

  #change(change: (waiting: readonly Waiting[]) => readonly Waiting[]): void {
    const waiting = change(readQueue(this.#place))
    fs.mkdirSync(path.dirname(this.#place), { recursive: true })
    writeFileAtomic.sync(this.#place, JSON.stringify({ version: 1, waiting }), { mode: 0o600 })
    this.refresh()
  }
}

const noted = ({ pid, startedAt }: LocalProcess): z.infer<typeof Process> => ({ pid, ...(startedAt !== undefined && { startedAt }) })

function stampOf(place: string): string {
  const found = fs.statSync(place, { throwIfNoEntry: false })
  return found ? `${found.ino} ${found.mtimeMs} ${found.size}` : ''
}

/** A queue that cannot be read is an empty one: what waited can be started again by hand. */
function readQueue(place: string): readonly Waiting[] {
  try {
    return QueueFile.parse(JSON.parse(fs.readFileSync(place, 'utf8'))).waiting
  } catch {
    return []
  }
}

/** As the extension shows it. */
export function asQueued({ id, label, directory, request, pythons }: Waiting, starting: boolean): QueuedStart {
  if ('resume' in request) return { id, label, starting, request: { resume: request.resume, ...consentsOf(request) } }
  const { file, overrides, seed } = request
  return { id, label, starting, request: { file, overrides, directory, ...(seed !== undefined && { seed }), ...(pythons && { pythons }), ...consentsOf(request) } }
}

type Given = { readonly [name in keyof Consents]?: Consents[name] | undefined }

/** What was consented to, and nothing else of a request. */
export function consentsOf({ trustedModules, acceptPaidCheats, unsafeSandbox }: Given): Pick<Waiting['request'], keyof Consents> {
  return {
    ...(trustedModules && { trustedModules: [...trustedModules] }), ...(acceptPaidCheats && { acceptPaidCheats: [...acceptPaidCheats] }), ...(unsafeSandbox && { unsafeSandbox })
  }
}
