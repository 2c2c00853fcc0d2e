import type { HostileProgram } from './program.ts'

/** Looks for where it is, whose machine that is, and who else is there. */
export const DETECTION: readonly HostileProgram[] = [
  { name: 'asks for the name of the machine', value: ['sandbox', 'sandbox'], text: 'def attack():\n    return [os.uname().nodename, socket.gethostname()]\n' },
  {
    name: 'asks for its environment', value: [],
    text: `
def attack():
    known = {'PATH', 'LANG', 'HOME', 'TMPDIR', 'PYTHONHASHSEED', 'MALLOC_ARENA_MAX', 'PYTHONDONTWRITEBYTECODE', 'PWD', 'LC_CTYPE', 'GPG_KEY', 'PYTHON_VERSION', 'HOSTNAME'}
    return sorted(set(os.environ) - known)
`
  },
  { name: 'asks the C library for an environment that Python does not show', text: 'def attack():\n    LIBC.getenv.restype = ctypes.c_char_p\n    return all_refused(*[(lambda name=name: LIBC.getenv(name).decode()) for name in (b"ROLLOUT_LAB_SECRET", b"USER", b"LOGNAME", b"SSH_AUTH_SOCK", b"OLDPWD")])\n' },
  { name: 'asks who it is', text: 'import pwd\n\ndef attack():\n    return all_refused(lambda: pwd.getpwuid(os.getuid()), lambda: os.getlogin(), lambda: 1 / (os.getuid() == 0))\n' },
  { name: 'asks who else is there', value: [], text: 'def attack():\n    return [pid for pid in range(2, 5000) if got(lambda: os.kill(pid, 0)) != "refused"]\n' },
  { name: 'asks for the parent', value: [0, 0], text: 'def attack():\n    return [os.getppid(), 0]\n' },
  { name: 'looks for the memory of the worker: programs and inputs of others', value: [], text: `
def attack():
    import gc
    words = ('neighbour', 'expected')
    own = set(map(id, sys._getframe().f_code.co_consts)) | {id(sys._getframe().f_code.co_consts), id(words)}
    return [repr(each)[:80] for each in gc.get_objects() if isinstance(each, (list, dict, tuple)) and id(each) not in own
            and any(isinstance(part, str) and 'def neighbour' in part and 'gc.get_objects' not in part for part in (each.values() if isinstance(each, dict) else each))]
` },
  { name: 'looks at the system’s own files', text: 'def attack():\n    return all_refused(lambda: os.listdir("/sys/class"), lambda: read("/sys/class/dmi/id/product_name"), lambda: read("/proc/cpuinfo"), lambda: read("/etc/os-release"), lambda: read("/.dockerenv"))\n' },
  { name: 'looks for keys, terminals and screens', text: 'def attack():\n    return all_refused(lambda: os.open("/dev/tty", os.O_RDWR), lambda: os.openpty(), lambda: os.ttyname(0), lambda: os.listdir("/dev/pts"), lambda: os.listdir("/dev/input"), lambda: os.open("/dev/fuse", os.O_RDWR), lambda: os.open("/dev/kvm", os.O_RDWR))\n' },
  { name: 'types into the terminal that started it', text: 'def attack():\n    import fcntl\n    return all_refused(*[(lambda number=number: fcntl.ioctl(number, 0x5412, b"x")) for number in range(3)])\n' }
]
