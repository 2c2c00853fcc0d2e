"""
What a candidate's process does to itself before it runs a line of the candidate, as a list of system calls.

The list is made by the supervisor and only gone through by the candidate's process, to which every page of memory that it touches
first costs a copy. What can be done once for all candidates is done by the process that they are forked from (forker.py).

`namespaces`: the process is the first of its own PID namespace, has a mount namespace of its own with a private scratch folder of
limited size and number of files, and no /proc. Where the worker runs as root the candidate becomes a user that exists nowhere
else. Capabilities are gone; gaining privileges and most of the refused system calls were given up by the forker already. `plain`:
limits of resources only; what keeps the candidate from the machine is around the worker (a container, sandbox-exec) or nothing.
"""
import os
import resource
import sys

import system
from program import bytes_of

SCRATCH = '/tmp'
LINUX = sys.platform == 'linux'
# Init, supervisor and forker of the worker, where they are the same user as its candidates.
_OWN_PROCESSES = 3
_OPEN_FILES = 128


class Confinement:
    """
    `base_bytes`: address space of a candidate's process before any candidate, which the candidate's limit comes on top of.
    `syscall_filter`: of each candidate, besides the forker's; None for none.
    """

    def __init__(self, own_namespaces, uid, base_bytes, syscall_filter):
        self.own_namespaces, self.uid, self.base_bytes, self.filter = own_namespaces, uid, base_bytes, syscall_filter

    def steps(self, limits, files, folder):
        """For system.perform. `folder`: where the candidate works; made by the first steps where it has namespaces of its own."""
        # A signal to the group reaches all of it, also what is outside of a namespace.
        yield 'setsid', ()
        if self.own_namespaces:
            yield self._scratch(limits, files, folder)
        yield from self._limits(limits)
        if self.uid:
            yield 'setresuid', (self.uid, self.uid, self.uid)
        if self.own_namespaces:
            yield system.no_capabilities()
        if self.filter:
            yield self.filter.step()
        yield 'chdir', (os.fsencode(folder),)

    def _scratch(self, limits, files, folder):
        # The root folder takes an inode, and each file at least a page.
        size = limits['fileBytes'] + sum(len(bytes_of(each['text'])) for each in files) + 4096 * (len(files) + 1)
        return system.scratch_mount(folder, size, limits['files'] + len(files) + 1, self.uid or os.getuid())

    def _limits(self, limits):
        """As far as the system has them: macOS knows no limit of address space."""
        yield _limit(resource.RLIMIT_FSIZE, limits['fileBytes'])
        yield _limit(resource.RLIMIT_CPU, int(limits['cpuSeconds']) + 2)
        if LINUX:
            yield _limit(resource.RLIMIT_AS, limits['memoryMegabytes'] * (1 << 20) + self.base_bytes)
        if self.own_namespaces:
            yield _limit(resource.RLIMIT_NPROC, limits['processes'] + (0 if self.uid else _OWN_PROCESSES))


def limit_all():
    """What is the same for the worker and all its candidates."""
    always = [(resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, _OPEN_FILES)]
    system.perform(_limit(*each) for each in always + ([(resource.RLIMIT_MEMLOCK, 0), (resource.RLIMIT_MSGQUEUE, 0)] if LINUX else []))


def _limit(kind, value):
    _, most = resource.getrlimit(kind)
    return system.limit(kind, value if most == resource.RLIM_INFINITY else min(value, most))
