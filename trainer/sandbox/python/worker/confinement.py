"""
What a candidate's process does to itself before it runs a line of the candidate.

`namespaces`: the process is the first of its own PID namespace, has a mount namespace of its own with a private scratch folder of
limited size and number of files, and no /proc. Where the worker runs as root the candidate becomes a user that exists nowhere
else. Capabilities, gaining privileges and a list of system calls are gone. `plain`: limits of resources only; what keeps the
candidate from the machine is around the worker (a container, sandbox-exec) or nothing.
"""
import os
import random
import resource
import sys

import system

SCRATCH = '/tmp'
# Where the kernel maps fewer users (a container of another user), the one that every system has.
NOBODY = 65534


class Confinement:
    def __init__(self, mode, uid, syscall_filter):
        self.mode = mode
        self.uid = uid
        self.filter = syscall_filter
        self.base_bytes = 0
        self.base_processes = 3  # init, supervisor and forker of the worker share its user namespace.

    def fork(self):
        if self.mode == 'namespaces':
            return system.fork_into_namespaces()
        pid = os.fork()
        if pid == 0:
            _seed()
        return pid

    def prepare(self, rehearse):
        """What is the same for all candidates, in the process that they are forked from."""
        _seed()
        self.base_bytes = _address_space()
        _set(resource.RLIMIT_CORE, 0)
        if sys.platform == 'linux':
            _set(resource.RLIMIT_MEMLOCK, 0)
            _set(resource.RLIMIT_MSGQUEUE, 0)
        if self.mode == 'namespaces':
            system.leave_mounts()
            system.unmount('/proc')
        if rehearse:
            self._rehearse(rehearse)

    def _rehearse(self, rehearse):
        system.mount_scratch(SCRATCH, 1 << 20, 100, os.getuid())
        rehearse(SCRATCH)
        system.unmount(SCRATCH)

    def enter(self, limits, program_files, program_bytes):
        """Returns the scratch folder. Raises OSError where the machine refuses; then nothing of the candidate has run."""
        folder = self._scratch(limits, program_files, program_bytes)
        self._limit(limits)
        self._drop_privileges()
        os.chdir(folder)
        return folder

    def _scratch(self, limits, program_files, program_bytes):
        # A signal to the group reaches all of it, also what is outside of a namespace.
        os.setsid()
        if self.mode != 'namespaces':
            return limits['folder']
        # The root folder takes an inode, and each file at least a page.
        size = limits['fileBytes'] + program_bytes + 4096 * (program_files + 1)
        system.mount_scratch(SCRATCH, size, limits['files'] + program_files + 1, self.uid or os.getuid())
        return SCRATCH

    def _limit(self, limits):
        """As far as the system has them: macOS knows no limit of address space."""
        _set(resource.RLIMIT_NOFILE, 128)
        _set(resource.RLIMIT_FSIZE, limits['fileBytes'])
        _set(resource.RLIMIT_CPU, int(limits['cpuSeconds']) + 2)
        if sys.platform == 'linux':
            _set(resource.RLIMIT_AS, limits['memoryMegabytes'] * (1 << 20) + self.base_bytes)
        if self.mode == 'namespaces':
            _set(resource.RLIMIT_NPROC, limits['processes'] + (0 if self.uid else self.base_processes))

    def _drop_privileges(self):
        if self.uid:
            os.setgroups([])
            become(self.uid)
        if self.mode != 'namespaces':
            return
        system.drop_capabilities()
        system.prctl(system.PR_SET_NO_NEW_PRIVS, 1)
        if self.filter:
            system.prctl(system.PR_SET_SECCOMP, system.SECCOMP_MODE_FILTER, self.filter.address)


def _seed():
    """Draws without a seed of the program's own are the same for each, so that a run can be repeated."""
    random.seed(0)


def become(uid):
    try:
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError:
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)


def _set(kind, value):
    _, most = resource.getrlimit(kind)
    value = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (value, value))


def _address_space():
    """Bytes of this process before any candidate, which the candidate's limit comes on top of."""
    if sys.platform != 'linux':
        return 0
    with open('/proc/self/statm') as file:
        return int(file.read().split()[0]) * resource.getpagesize()
