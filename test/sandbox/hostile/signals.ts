import type { HostileProgram } from './program.ts'

/** Signals to others, and to itself. */
export const SIGNALS: readonly HostileProgram[] = [
  { name: 'kills its parent', seen: 'forbiddenAccess', text: 'def attack():\n    return got(lambda: os.kill(os.getppid() or 2, signal.SIGKILL))\n' },
  { name: 'kills the processes of the machine', seen: 'forbiddenAccess', text: 'def attack():\n    return all_refused(*[(lambda pid=pid: os.kill(pid, signal.SIGKILL)) for pid in BAIT["pids"]])\n' },
  {
    name: 'kills every number that a process may have',
    text: 'def attack():\n    own = os.getpid()\n    return all_refused(*[(lambda pid=pid: os.kill(pid, signal.SIGKILL)) for pid in range(2, 40_000) if pid != own])\n'
  },
  { name: 'kills everybody', ends: ['value', 'noResult', 'exception', 'memory'], value: 'alive', text: 'def attack():\n    try:\n        os.kill(-1, signal.SIGKILL)\n    except OSError:\n        pass\n    return "alive"\n' },
  { name: 'kills its own group', ends: ['value', 'noResult', 'memory'], value: 'alive', text: 'def attack():\n    os.kill(0, signal.SIGKILL)\n    return "alive"\n' },
  { name: 'stops and kills its own group with every signal', ends: ['value', 'noResult', 'memory', 'timeout'], limits: { wallSeconds: 1 }, value: 'alive',
    text: `
def attack():
    for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGHUP, signal.SIGQUIT, signal.SIGKILL):
        os.killpg(0, number)
    return 'alive'
` },
  { name: 'kills the groups and sessions of others', text: 'def attack():\n    return all_refused(*[(lambda pid=pid: os.killpg(pid, signal.SIGKILL)) for pid in (*BAIT["pids"], *range(2, 300))])\n' },
  { name: 'stops itself', limits: { wallSeconds: 0.4 }, ends: ['timeout', 'value'], value: 'alive', text: 'def attack():\n    os.kill(os.getpid(), signal.SIGSTOP)\n    return "alive"\n' },
  { name: 'ignores every signal and goes on', limits: { wallSeconds: 0.4 }, ends: ['timeout'], hits: ['wallSeconds'], against: 'limits',
    text: `
def attack():
    for number in set(signal.valid_signals()) - {signal.SIGKILL, signal.SIGSTOP}:
        try:
            signal.signal(number, signal.SIG_IGN)
        except (OSError, ValueError):
            pass
    while True:
        pass
` },
  { name: 'aborts', ends: ['noResult'], seen: 'earlyExit', against: 'limits', text: 'def attack():\n    os.abort()\n' },
  { name: 'sends signals with data', text: 'def attack():\n    return all_refused(*[(lambda pid=pid: call(129 if X64 else 138, pid, 9, ctypes.create_string_buffer(128))) for pid in BAIT["pids"]])\n' },
  { name: 'asks for a faster turn than others', text: `
def attack():
    return all_refused(lambda: os.nice(-5), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)), lambda: os.setpriority(os.PRIO_PGRP, 0, -10))
` }
]
