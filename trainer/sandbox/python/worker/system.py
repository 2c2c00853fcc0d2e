"""Calls of the C library that Python does not wrap, or that a candidate makes by a list (see confinement.py)."""
import ctypes
import os
import struct

CLONE_PARENT = 0x00008000
CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
SIGCHLD = 17
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MNT_DETACH = 2
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE = 38, 22, 36, 4
SECCOMP_MODE_FILTER = 2
_SYS_CLONE = {'x86_64': 56, 'aarch64': 220}
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
# Looked up once, in the process that candidates are forked from. Elsewhere than on Linux some do not exist.
_functions = {name: getattr(_libc, name) for name in 'capset chdir mount prctl setresuid setrlimit setsid syscall umount2 unshare'.split() if hasattr(_libc, name)}
_LONGS = {'prctl': [ctypes.c_int] + 4 * [ctypes.c_ulong], 'syscall': 6 * [ctypes.c_long]}
for _name, _types in _LONGS.items():
    if _name in _functions:
        _functions[_name].argtypes = _types
_INTO_NAMESPACES = (_SYS_CLONE.get(os.uname().machine), CLONE_NEWPID | CLONE_NEWNS | CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)


def perform(steps):
    """Each the name of a function and its arguments: integers, bytes and None. Raises OSError at the first that is refused."""
    for name, arguments in steps:
        if _functions[name](*arguments) < 0:
            raise _refused(name)


def _refused(name):
    number = ctypes.get_errno()
    return OSError(number, '%s: %s' % (name, os.strerror(number)))


def fork_into_namespaces():
    """
    As os.fork, the child being the first process of a PID namespace and in a mount namespace of its own, and a child of this
    process's parent, which waits for it. What Python does in a child after a fork is left out, since it takes longer than all the
    rest: the forker has one thread, so that no lock can be held by another, and the random module is seeded by the forker.
    """
    pid = _functions['syscall'](*_INTO_NAMESPACES)
    if pid < 0:
        raise _refused('clone')
    return pid


def scratch_mount(folder, size, inodes, uid):
    options = 'size=%d,nr_inodes=%d,mode=700,uid=%d,gid=%d' % (size, inodes, uid, uid)
    return 'mount', (b'tmpfs', os.fsencode(folder), b'tmpfs', MS_NOSUID | MS_NODEV | MS_NOEXEC, options.encode())


def limit(kind, soft_and_hard):
    return 'setrlimit', (kind, struct.pack('@QQ', soft_and_hard, soft_and_hard))


def no_capabilities():
    return 'capset', (struct.pack('<II', _CAPABILITY_VERSION_3, 0), bytes(24))


def prctl(option, argument=0, pointer=0):
    return 'prctl', (option, argument, pointer, 0, 0)


def unmount(folder):
    return 'umount2', (os.fsencode(folder), MNT_DETACH)


class Filter:
    """A program for seccomp, in the form that the kernel is pointed to; kept alive by this object."""

    def __init__(self, code):
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = ctypes.create_string_buffer(struct.pack('<HxxxxxxQ', len(code) // 8, ctypes.addressof(self._code)))

    def step(self):
        """Besides the filters that there are. Its place in memory is the same in all that this process forks."""
        return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.addressof(self._program))
