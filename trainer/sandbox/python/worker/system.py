"""Calls of the Linux kernel that Python does not wrap."""
import ctypes
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWPID = 0x20000000
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
MNT_DETACH = 2
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_DUMPABLE = 38, 22, 24, 36, 4
SECCOMP_MODE_FILTER = 2
_SYS_CLONE = {'x86_64': 56, 'aarch64': 220}
_CAPABILITY_VERSION_3 = 0x20080522

_libc = ctypes.CDLL(None, use_errno=True)
_machine = os.uname().machine
# Made once: what a candidate makes anew after its fork costs it the copies of pages.
_OF_THIS_PROCESS = struct.pack('<II', _CAPABILITY_VERSION_3, 0)
_NO_CAPABILITIES = bytes(24)
_libc.prctl.argtypes = [ctypes.c_int, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong, ctypes.c_ulong]
_libc.mount.argtypes = [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_char_p]


def _checked(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, '%s: %s' % (what, os.strerror(number)))
    return result


def fork_into_namespaces():
    """
    As os.fork, the child being the first process of a PID namespace and in a mount namespace of its own. What Python does in a
    child after a fork is left out, since it takes longer than all the rest: the forker has one thread, so that no lock can be
    held by another, and the random module is seeded by the candidate's side.
    """
    flags = CLONE_NEWPID | CLONE_NEWNS | 17  # SIGCHLD
    zero = ctypes.c_long(0)
    pid = _checked(_libc.syscall(ctypes.c_long(_SYS_CLONE[_machine]), ctypes.c_long(flags), zero, zero, zero, zero), 'clone')
    return pid


def mount_scratch(folder, size, inodes, uid):
    options = 'size=%d,nr_inodes=%d,mode=700,uid=%d,gid=%d' % (size, inodes, uid, uid)
    flags = MS_NOSUID | MS_NODEV | MS_NOEXEC
    _checked(_libc.mount(b'tmpfs', folder.encode(), b'tmpfs', flags, options.encode()), 'mount tmpfs')


def leave_mounts():
    """What is mounted and unmounted from here on is seen by this process and its children alone."""
    _checked(_libc.unshare(CLONE_NEWNS), 'unshare')


def unmount(folder):
    _checked(_libc.umount2(folder.encode(), MNT_DETACH), 'umount ' + folder)


def prctl(option, argument=0, pointer=0):
    _checked(_libc.prctl(option, argument, pointer, 0, 0), 'prctl %d' % option)


def drop_capabilities():
    _checked(_libc.capset(_OF_THIS_PROCESS, _NO_CAPABILITIES), 'capset')


class Filter:
    """A program for seccomp, in the form that the kernel is pointed to; kept alive by this object."""

    def __init__(self, code):
        self._code = ctypes.create_string_buffer(code, len(code))
        self._program = ctypes.create_string_buffer(struct.pack('<HxxxxxxQ', len(code) // 8, ctypes.addressof(self._code)))
        self.address = ctypes.addressof(self._program)
