import type { HostileProgram } from './program.ts'

const NONE = ['noResult'] as const

/** Ends that are no answers, answers that are not its own, and traces left for the next. */
export const RESULTS: readonly HostileProgram[] = [
  { name: 'ends its process at once', ends: NONE, seen: 'earlyExit', against: 'limits', text: 'def attack():\n    os._exit(0)\n' },
  { name: 'ends its process on import', ends: NONE, seen: 'earlyExit', against: 'limits', text: 'os._exit(0)\ndef attack():\n    return 1\n' },
  { name: 'ends its process as the worker itself would', ends: NONE, seen: 'earlyExit', against: 'limits', text: 'def attack():\n    os._exit(70)\n' },
  { name: 'exits', ends: NONE, seen: 'earlyExit', against: 'limits', text: 'def attack():\n    sys.exit(0)\n' },
  { name: 'becomes another program', ends: NONE, seen: 'earlyExit', against: 'limits', text: 'def attack():\n    os.execv("/bin/true", ["true"])\n' },
  { name: 'crashes the interpreter', ends: NONE, against: 'limits', text: 'def attack():\n    return ctypes.string_at(0)\n' },
  { name: 'leaves the channel of answers to a child', ends: NONE, seen: 'earlyExit', against: 'limits', text: 'def attack():\n    if os.fork():\n        os._exit(0)\n    time.sleep(1000)\n' },
  {
    name: 'leaves the channel of answers to children that never stop writing', ends: NONE, seen: 'earlyExit', against: 'limits',
    text: 'def attack():\n    if os.fork():\n        time.sleep(0.1)\n        os._exit(0)\n    os.fork()\n    os.fork()\n    while True:\n        os.write(4, (b"\\x11\\0\\0\\0" + b"a" + bytes(16)) * 190)\n'
  },
  { name: 'closes the channel of answers', ends: ['noResult'], against: 'limits', text: 'def attack():\n    os.close(4)\n    return "closed"\n' },
  { name: 'answers before it is asked', ends: ['value'], value: 'own', seen: 'forgedResult', against: 'limits',
    text: `
import struct
forged = b'a' + bytes(16) + b'{"ended":"value","value":"forged"}'
os.write(4, struct.pack('<I', len(forged)) + forged)

def attack():
    return 'own'
` },
  { name: 'answers with what is no answer', ends: NONE, seen: 'forgedResult', against: 'limits',
    text: `
def attack():
    worker()['ENCODE'] = lambda value: '1}{"ended":"pass"'
    return 1
` },
  { name: 'answers with lists nested deeper than anyone reads', ends: NONE, seen: 'forgedResult', against: 'limits',
    text: 'worker()["ENCODE"] = lambda value: "[" * 5000 + "]" * 5000\n\ndef attack():\n    return 1\n' },
  { name: 'replaces the sending of answers', ends: ['timeout', 'noResult'], limits: { wallSeconds: 0.5 }, against: 'limits', text: 'def attack():\n    worker()["write_all"] = lambda *_: None\n    return 1\n' },
  { name: 'equal to everything', ends: ['exception'], against: 'limits', text: 'class Equal:\n    def __eq__(self, other):\n        return True\n    def __hash__(self):\n        return 1\n\ndef attack():\n    return Equal()\n' },
  { name: 'number that lies about itself', ends: ['value'], value: 7, against: 'limits', text: 'class Number(int):\n    def __eq__(self, other):\n        return True\n    def __repr__(self):\n        return "42"\n    __str__ = __index__ = __int__ = __repr__\n\ndef attack():\n    return Number(7)\n' },
  { name: 'error whose words cannot be had', ends: ['exception'], against: 'limits', text: 'class Silent(Exception):\n    def __str__(self):\n        raise KeyboardInterrupt\n\ndef attack():\n    raise Silent()\n' },
  { name: 'error of a hundred megabytes', ends: ['exception', 'memory'], against: 'limits', text: 'def attack():\n    raise ValueError("x" * (50 << 20))\n' },
  { name: 'streams taken away', ends: ['value'], value: 'done', against: 'limits', text: 'def attack():\n    sys.stdout = sys.stderr = None\n    os.close(1)\n    os.close(2)\n    return "done"\n' },
  {
    name: 'changes Python for those who come after', ends: ['value', 'timeout', 'noResult'], value: 'done', limits: { wallSeconds: 0.5 },
    text: `
def attack():
    import builtins, json, random
    builtins.len = builtins.sum = builtins.sorted = lambda *_: 666
    json.dumps = json.loads = random.random = lambda *_: 666
    sys.modules['math'] = None
    sys.path[:] = ['/tmp']
    os.environ['LEFT'] = 'left'
    open('/tmp/left.py', 'w').close()
    sys.setrecursionlimit(50_000)
    return 'done'
`
  },
  { name: 'changes the interpreter itself', ends: ['value', 'noResult', 'exception'], value: 'done', text: `
def attack():
    ctypes.memset(id(1000003) + 24, 0, 4)
    ctypes.py_object.from_address(id(int.__dict__) + 16)
    return 'done'
` }
]
