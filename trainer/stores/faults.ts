/** File operations that fail or stop on purpose, for tests. */
import { diskFileOps } from './fileOps.ts'
import type { FileOps } from './fileOps.ts'

export class SimulatedCrash extends Error {}

/**
 * The process "dies" in its n-th change of the disk (1-based): a write gets half of its bytes out, anything else does not
 * happen, and nothing changes the disk afterwards. `changes` counts what was tried.
 */
export function crashingOps(crashAt: number): { ops: FileOps; changes: () => number } {
  let changes = 0
  const gate = (): boolean => {
    changes++
    if (changes > crashAt) throw new SimulatedCrash()
    return changes === crashAt
  }
  const guarded = <A extends unknown[], R>(action: (...args: A) => R) => (...args: A): R => {
    if (gate()) throw new SimulatedCrash()
    return action(...args)
  }
  const ops: FileOps = {
    open: diskFileOps.open,
    close: diskFileOps.close,
    write: (file, bytes, offset) => {
      if (!gate()) return diskFileOps.write(file, bytes, offset)
      diskFileOps.write(file, bytes.subarray(0, offset + Math.floor((bytes.length - offset) / 2)), offset)
      throw new SimulatedCrash()
    },
    truncate: guarded(diskFileOps.truncate),
    sync: guarded(diskFileOps.sync),
    rename: guarded(diskFileOps.rename),
    link: guarded(diskFileOps.link),
    unlink: guarded(diskFileOps.unlink),
    makeFolder: guarded(diskFileOps.makeFolder),
    removeFolder: guarded(diskFileOps.removeFolder),
    replace: guarded(diskFileOps.replace)
  }
  return { ops, changes: () => changes }
}

/** Operations of one name that fail with a system error while `failing()` is true; a failing write gets half out first. */
export function failingOps(name: keyof FileOps, errno: string, failing: () => boolean): FileOps {
  const fail = (): never => {
    throw Object.assign(new Error(`${errno}: simulated`), { code: errno })
  }
  if (name !== 'write') {
    const action = diskFileOps[name] as (...args: unknown[]) => unknown
    return { ...diskFileOps, [name]: (...args: unknown[]) => (failing() ? fail() : action(...args)) }
  }
  let halfOut = false
  return {
    ...diskFileOps,
    write: (file, bytes, offset) => {
      if (!failing()) return diskFileOps.write(file, bytes, offset)
      if (halfOut) {
        halfOut = false
        return fail()
      }
      halfOut = true
      return diskFileOps.write(file, bytes.subarray(0, offset + Math.ceil((bytes.length - offset) / 2)), offset)
    }
  }
}
