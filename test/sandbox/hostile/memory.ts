import type { HostileProgram } from './program.ts'

const SMALL = { memoryMegabytes: 64, wallSeconds: 30 }

/** More memory, and more time, than allowed. */
export const MEMORY: readonly HostileProgram[] = [
  { name: 'one allocation of ten gigabytes', ends: ['memory'], hits: ['memoryMegabytes'], against: 'limits', text: 'def attack():\n    return len(bytearray(10 ** 10))\n' },
  {
    name: 'list that grows for ever', limits: SMALL, ends: ['memory'], hits: ['memoryMegabytes'], against: 'limits',
    text: 'def attack():\n    kept = []\n    while True:\n        kept.append("x" * 100_000)\n'
  },
  {
    name: 'grows again after each refusal', limits: { memoryMegabytes: 64, wallSeconds: 1 }, ends: ['memory', 'timeout'], hits: ['memoryMegabytes', 'wallSeconds'], against: 'limits',
    text: `
def attack():
    kept = []
    while True:
        try:
            kept.append(bytearray(1 << 20))
        except MemoryError:
            kept.pop()
`
  },
  {
    name: 'children that use the memory together', limits: SMALL, ends: ['memory'], hits: ['memoryMegabytes'],
    text: `
def attack():
    for _ in range(10):
        if os.fork() == 0:
            kept = bytearray(40 << 20)
            time.sleep(60)
    time.sleep(60)
`
  },
  {
    name: 'memory shared by children', limits: SMALL, ends: ['memory'], hits: ['memoryMegabytes'],
    text: `
def attack():
    import mmap
    for _ in range(10):
        if os.fork() == 0:
            kept = mmap.mmap(-1, 40 << 20)
            for place in range(0, 40 << 20, 4096):
                kept[place] = 1
            time.sleep(60)
    time.sleep(60)
`
  },
  {
    name: 'memory outside of the limit: memfd, System V, locked', text: `
def attack():
    if not X64:
        return 'refused'
    return all_refused(
        lambda: os.memfd_create('x'), lambda: call(29, 0, 1 << 30, 0o1600), lambda: call(447, 0),
        lambda: LIBC.mlockall(7) == 0 or 1 / 0)
`
  },
  {
    name: 'pipes filled beyond their size', text: `
def attack():
    import fcntl
    reader, writer = os.pipe()
    return all_refused(lambda: fcntl.fcntl(writer, 1031, 1 << 20))
`
  },
  { name: 'recursion without end', ends: ['exception'], against: 'limits', text: 'def attack():\n    return attack()\n' },
  {
    name: 'recursion past the stack', ends: ['noResult', 'memory', 'exception'], against: 'limits',
    text: 'def attack():\n    sys.setrecursionlimit(10 ** 9)\n    class Deep:\n        def __repr__(self):\n            return repr(self)\n    return repr(Deep())\n'
  },
  { name: 'value too deep to be told', ends: ['exception'], against: 'limits', text: 'def attack():\n    value = []\n    for _ in range(100_000):\n        value = [value]\n    return value\n' },
  { name: 'value too long to be told', ends: ['outputLimit'], hits: ['outputBytes'], against: 'limits', text: 'def attack():\n    return "x" * (20 << 20)\n' },
  { name: 'loop without end', limits: { wallSeconds: 0.4 }, ends: ['timeout'], hits: ['wallSeconds'], against: 'limits', text: 'def attack():\n    while True:\n        pass\n' },
  { name: 'loop without end on import', limits: { wallSeconds: 0.4 }, ends: ['timeout'], hits: ['wallSeconds'], against: 'limits', text: 'while True:\n    pass\ndef attack():\n    pass\n' },
  { name: 'sleep past the limit', limits: { wallSeconds: 0.4 }, ends: ['timeout'], hits: ['wallSeconds'], against: 'limits', text: 'def attack():\n    time.sleep(60)\n' },
  {
    name: 'computation inside the interpreter that no signal interrupts', limits: { wallSeconds: 0.4 }, ends: ['timeout'], hits: ['wallSeconds'], against: 'limits',
    text: 'def attack():\n    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n    return len(str(7 ** (7 ** 9)))\n'
  },
  {
    name: 'children that use the processor together', limits: { cpuSeconds: 0.3, wallSeconds: 20 }, ends: ['timeout'], hits: ['cpuSeconds'],
    text: 'def attack():\n    for _ in range(4):\n        if os.fork() == 0:\n            while True:\n                pass\n    time.sleep(60)\n'
  }
]
