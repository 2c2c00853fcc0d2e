import type { Limits, ProgramFile } from '../../../trainer/protocol/execution.ts'
import type { CallEnd, Json } from '../../../trainer/sandbox/sandbox.ts'

/** A Python program that tries to get out, to use too much or to stay. */
export interface HostileProgram {
  readonly name: string
  /**
   * Defines `attack()`, which is called once. What the suite laid out is there as `BAIT` (see `Bait`), helpers as in `PRELUDE`.
   * Without `attack` the text itself is the attack, run as a script.
   */
  readonly text: string
  /** How the call may end; default: with a value. */
  readonly ends?: readonly CallEnd['ended'][]
  /** The value where it ends with one: what says that nothing was got. Default: 'refused'. */
  readonly value?: Json
  readonly limits?: Partial<Limits>
  /** Limits of which at least one must be told as hit. */
  readonly hits?: readonly (keyof Limits)[]
  /** Kind of a sighting that must be told. */
  readonly seen?: string
  /** Files besides the program. */
  readonly files?: readonly ProgramFile[]
  /**
   * What stands against it: limits, which every backend has, or walls, which a plain process lacks. Default: walls.
   */
  readonly against?: 'limits' | 'walls'
}

/** What the suite lays out for programs to go for. */
export interface Bait {
  /** A folder on the machine that everybody may write. */
  readonly folder: string
  /** A file in it that everybody may read; the secret must not come out. */
  readonly secretFile: string
  /** TCP port and abstract Unix socket of this process, on which nobody must come. */
  readonly port: number
  readonly socket: string
  /** This process, and the workers' outermost ones. */
  readonly pids: readonly number[]
}

export const PRELUDE = `
import ctypes, errno, os, signal, socket, subprocess, sys, threading, time

LIBC = ctypes.CDLL(None, use_errno=True)

def got(attempt):
    """'refused' where an attempt fails, else what it gave."""
    try:
        return repr(attempt())[:200]
    except Exception as error:
        return 'refused'

def all_refused(*attempts):
    successes = [each for each in map(got, attempts) if each != 'refused']
    return 'refused' if not successes else successes

def call(number, *arguments):
    """A system call by its number; raises where the kernel refuses it."""
    result = LIBC.syscall(ctypes.c_long(number), *[ctypes.c_long(each) if isinstance(each, int) else each for each in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), 'refused')
    return result

def worker():
    """Names of the module that runs this program, by the frames below."""
    frame = sys._getframe()
    while 'ENCODE' not in frame.f_globals:
        frame = frame.f_back
    return frame.f_globals

def read(path):
    with open(path, 'rb') as file:
        return file.read(1000)

def write(path):
    with open(path, 'ab') as file:
        file.write(b'written by a candidate')
    return 'wrote ' + path

X64 = os.uname().machine == 'x86_64'
`
