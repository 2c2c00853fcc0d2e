import type { HostileProgram } from './program.ts'

const REFUSED = ['forbidden', 'value'] as const
/** One system call by its numbers on both kinds of machine. */
const calling = (what: string, x64: number, arm64: number, ...args: (number | string)[]): HostileProgram => ({
  name: what, ends: REFUSED, text: `def attack():\n    return got(lambda: call(${x64} if X64 else ${arm64}, ${args.join(', ')}))\n`
})
const BUFFER = 'ctypes.create_string_buffer(256)'

/** Rights that it has not, asked of the kernel. */
export const KERNEL: readonly HostileProgram[] = [
  calling('traces a process', 101, 117, 16, 1, 0, 0),
  calling('reads the memory of a process', 310, 270, 1, BUFFER, 1, BUFFER, 1, 0),
  calling('new namespace of users', 272, 97, 0x10000000),
  calling('new namespaces of mounts and processes', 272, 97, 0x20020000),
  calling('enters a namespace', 308, 268, 3, 0),
  calling('changes its root', 161, 51, 'b"/tmp"'),
  calling('mounts by the new calls', 430, 430, 'b"tmpfs"', 0),
  calling('takes a descriptor of another process', 438, 438, 3, 0, 0),
  calling('loads a program into the kernel', 321, 280, 5, BUFFER, 128),
  calling('watches the kernel', 298, 241, BUFFER, 0, -1, -1, 0),
  calling('keeps a key in the kernel', 248, 217, 'b"user"', 'b"x"', 'b"y"', 1, -3),
  calling('asks the kernel for work by a ring', 425, 425, 8, BUFFER),
  calling('sets the clock', 164, 170, BUFFER, 0),
  calling('names the machine', 170, 161, 'b"owned"', 5),
  {
    name: 'clones itself into new namespaces', ends: REFUSED,
    text: 'def attack():\n    return got(lambda: call(56 if X64 else 220, 0x10000000 | 17, 0, 0, 0, 0) or os._exit(0))\n'
  },
  {
    name: 'clones itself as the worker clones candidates', ends: ['forbidden'],
    text: 'def attack():\n    return got(lambda: call(56 if X64 else 220, 0x20028011, 0, 0, 0, 0) or os._exit(0))\n'
  },
  {
    name: 'mounts as the worker mounts a scratch folder', ends: ['forbidden'],
    text: 'def attack():\n    return got(lambda: call(165 if X64 else 40, b"tmpfs", b"/tmp", b"tmpfs", 14, b"size=1000000000"))\n'
  },
  {
    name: 'calls of a 32-bit machine', ends: ['forbidden', 'noResult', 'value'],
    text: `
def attack():
    if not X64:
        return 'refused'
    return got(lambda: call(0x40000000 + 39))
`
  },
  { name: 'becomes root', text: 'def attack():\n    return all_refused(lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setgroups([0]), lambda: os.setresuid(0, 0, 0), lambda: os.chown("/tmp", 0, 0))\n' },
  {
    name: 'becomes root by programs that may', text: `
def attack():
    return all_refused(lambda: subprocess.check_output(['su', '-c', 'id'], stdin=subprocess.DEVNULL), lambda: subprocess.check_output(['sudo', '-n', 'id']),
                       lambda: subprocess.check_output(['mount', '-t', 'tmpfs', 'none', '/tmp']), lambda: subprocess.check_output(['bwrap', '--unshare-all', '--ro-bind', '/', '/', 'id']))
`
  },
  { name: 'has its limits lifted', text: `
import resource

def attack():
    kinds = (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC, resource.RLIMIT_CORE)
    def lift(kind):
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    return all_refused(*[(lambda kind=kind: lift(kind)) for kind in kinds])
` }
]
