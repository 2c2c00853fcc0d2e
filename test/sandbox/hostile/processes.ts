import type { HostileProgram } from './program.ts'

const SHORT = { wallSeconds: 1 }

/** More processes than allowed, and processes that stay. */
export const PROCESSES: readonly HostileProgram[] = [
  {
    name: 'fork bomb', limits: SHORT, hits: ['processes', 'wallSeconds', 'cpuSeconds'], ends: ['exception', 'forbidden', 'timeout', 'noResult'],
    text: 'def attack():\n    while True:\n        os.fork()\n'
  },
  {
    name: 'fork bomb that swallows every refusal', limits: SHORT, hits: ['processes', 'wallSeconds'], ends: ['forbidden', 'timeout'],
    text: `
def attack():
    while True:
        try:
            os.fork()
        except OSError:
            pass
`
  },
  {
    name: 'fork bomb of a shell', limits: SHORT, hits: ['processes', 'wallSeconds'], ends: ['forbidden', 'timeout', 'value'], value: 'ended',
    text: 'def attack():\n    subprocess.run(["/bin/sh", "-c", "b() { b | b & b; }; b"], stderr=subprocess.DEVNULL)\n    return "ended"\n'
  },
  {
    name: 'thread bomb', limits: SHORT, hits: ['processes', 'wallSeconds'], ends: ['exception', 'forbidden', 'timeout'],
    text: 'def attack():\n    while True:\n        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()\n'
  },
  {
    name: 'daemon by two forks and a session of its own', value: 'done', against: 'limits',
    text: `
def attack():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in range(1, 32):
                try:
                    signal.signal(number, signal.SIG_IGN)
                except (OSError, ValueError):
                    pass
            while True:
                time.sleep(0.01)
        os._exit(0)
    os.wait()
    return 'done'
`
  },
  {
    name: 'daemon that keeps standard output open and writes', value: 'done', against: 'limits',
    text: `
def attack():
    if os.fork() == 0:
        os.setsid()
        while True:
            os.write(1, b'still here')
            time.sleep(0.005)
    return 'done'
`
  },
  {
    name: 'chain of forks that is gone before it can be looked at', value: 'done', against: 'limits',
    text: `
def attack():
    if os.fork() == 0:
        while True:
            if os.fork() != 0:
                os._exit(0)
    return 'done'
`
  },
  {
    name: 'program left in the background', value: 'done', against: 'limits',
    text: 'def attack():\n    subprocess.Popen(["/bin/sleep", "1000"], start_new_session=True)\n    return "done"\n'
  },
  {
    name: 'children never waited for', value: 'done', against: 'limits',
    text: 'def attack():\n    for _ in range(10):\n        if os.fork() == 0:\n            os._exit(0)\n    return "done"\n'
  },
  {
    name: 'child that returns from the call too', value: 'parent', against: 'limits',
    text: 'def attack():\n    return "child" if os.fork() == 0 else (time.sleep(0.1), "parent")[1]\n'
  },
  {
    name: 'thread that goes on after the answer', value: 'done', against: 'limits',
    text: `
def forever():
    while True:
        pass

def attack():
    threading.Thread(target=forever).start()
    return 'done'
`
  },
  {
    name: 'hundred programs asleep', limits: SHORT, hits: ['processes', 'wallSeconds'], ends: ['exception', 'forbidden', 'timeout'],
    text: 'def attack():\n    for _ in range(100):\n        subprocess.Popen(["/bin/sleep", "1000"])\n    return "started"\n'
  }
]
