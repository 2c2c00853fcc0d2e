import type { HostileProgram } from './program.ts'

const LIMITS = { outputBytes: 10_000, wallSeconds: 5 }

/** More output than allowed, and output that is no text. */
export const FLOODS: readonly HostileProgram[] = [
  { name: 'floods standard output', limits: LIMITS, ends: ['outputLimit'], hits: ['outputBytes'], against: 'limits', text: 'def attack():\n    while True:\n        print("flood" * 100)\n' },
  { name: 'floods standard error', limits: LIMITS, ends: ['outputLimit'], hits: ['outputBytes'], against: 'limits', text: 'def attack():\n    while True:\n        os.write(2, b"x" * 1000)\n' },
  { name: 'one line of a hundred megabytes', limits: LIMITS, ends: ['outputLimit'], hits: ['outputBytes'], against: 'limits', text: 'def attack():\n    sys.stdout.write("x" * (100 << 20))\n    return "written"\n' },
  {
    name: 'floods from a child after its answer', limits: LIMITS, ends: ['value', 'outputLimit'], value: 'done', against: 'limits',
    text: 'def attack():\n    if os.fork() == 0:\n        while True:\n            os.write(1, b"x" * 1000)\n    return "done"\n'
  },
  { name: 'floods from many threads', limits: LIMITS, ends: ['outputLimit'], hits: ['outputBytes'], against: 'limits',
    text: `
def flood():
    while True:
        os.write(1, b'x' * 100)

def attack():
    for _ in range(4):
        threading.Thread(target=flood, daemon=True).start()
    time.sleep(60)
` },
  { name: 'bytes that are no text, and words for terminals', value: 'done', against: 'limits', text: 'def attack():\n    os.write(1, bytes(range(256)) + b"\\x1b]0;owned\\x07\\x1b[2J")\n    return "done"\n' },
  { name: 'floods the answers', ends: ['outputLimit', 'noResult', 'timeout'], limits: { wallSeconds: 2 }, against: 'limits', text: 'def attack():\n    while True:\n        os.write(4, b"\\xff" * 65536)\n' },
  { name: 'floods the notes about itself', value: 'done', text: 'def attack():\n    for place in range(20_000):\n        got(lambda: read("/etc/flood%d" % place))\n    return "done"\n' },
  { name: 'floods with small messages on the channel of answers', ends: ['value'], value: 'done', seen: 'forgedResult', against: 'limits',
    text: 'def attack():\n    os.write(4, (b"\\x11\\0\\0\\0" + b"a" + bytes(16)) * 2000)\n    return "done"\n' },
  { name: 'floods with long messages on the channel of answers', ends: ['value'], value: 'done', seen: 'forbiddenAccess', against: 'limits',
    text: `
import struct

def attack():
    for place in range(20):
        message = b's' + bytes(16) + (b'%d' % place).ljust((4 << 20) - 17, b'x')
        for part in (struct.pack('<I', len(message)), message):
            while part:
                part = part[os.write(4, part):]
    return 'done'
` },
  { name: 'reads input that never comes', limits: { wallSeconds: 1 }, ends: ['exception', 'timeout'], against: 'limits', text: 'def attack():\n    return input()\n' }
]
