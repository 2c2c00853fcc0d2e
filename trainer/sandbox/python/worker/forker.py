"""
A process that forks candidates and never sees any data: what a candidate inherits of its memory is the same for all.
It is told what to do over a socket by the supervisor, which holds programs, inputs and outputs.

Whatever it writes to its memory between two forks is copied again, page by page, so that its loop does little.
"""
import gc
import os
import random
import socket
import struct
import sys

import candidate
import system
from confinement import LINUX, SCRATCH
from holes import fill_holes

# What many short programs import: a fork has them at once, but each page of them makes each fork dearer.
PRELOADED = 'atexit bisect collections copy enum functools heapq io itertools json math operator random re string threading traceback typing'.split()
FORK, WAIT, READY = b'f', b'w', b'r'
# Standard input, output and error, orders, answers: the places where received descriptors come to lie, the lowest free ones.
PLACES = 5
_RECEIVED = struct.pack('@%di' % PLACES, *range(PLACES))
_SPACE = socket.CMSG_SPACE(len(_RECEIVED))


class Kind:
    """How candidates come about. `warm`: many will come, for whom it pays to have prepared."""

    def __init__(self, own_namespaces, warm, uid, syscall_filter):
        """`syscall_filter`: of the process that forks; None for none."""
        self.own_namespaces, self.warm, self.uid, self.filter = own_namespaces, warm, uid, syscall_filter


def serve(channel, kind):
    """Says once without being asked that it is ready."""
    _prepare(kind)
    fork = system.fork_into_namespaces if kind.own_namespaces else _fork_plainly
    gc.collect()
    fillings = fill_holes() if kind.warm else []  # Kept for as long as this process serves.
    gc.freeze()
    os.closerange(0, PLACES)
    channel.send(READY)
    while True:
        message, received, _, _ = channel.recvmsg(64, _SPACE)
        if not message:
            return
        if message == FORK:
            channel.send(_fork(fork, received))
            os.closerange(0, PLACES)
        else:
            channel.send(_wait(int(message[1:])))


def _prepare(kind):
    """What is the same for all candidates."""
    for name in PRELOADED if kind.warm else ():
        __import__(name)
    _forget_own_modules()
    _seed()
    if LINUX:
        # Without a namespace of its own, whatever a candidate leaves behind becomes this process's child, not one of the machine's.
        system.perform([system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)])
        _be_first_to_go()
    if kind.own_namespaces:
        # What is mounted and unmounted from here on is seen by this process and its children alone.
        system.perform([('unshare', (system.CLONE_NEWNS,)), system.unmount('/proc')])
    if kind.warm:
        _rehearse()
    if kind.uid:
        os.setgroups([])
        os.setresgid(kind.uid, kind.uid, kind.uid)
    if kind.filter:
        # Gaining no privileges is inherited as well.
        system.perform([system.prctl(system.PR_SET_NO_NEW_PRIVS, 1), kind.filter.step()])


def _forget_own_modules():
    """A program may have files with the same names. The worker's are bound already."""
    own = os.path.dirname(os.path.abspath(__file__))
    sys.path.remove(own)
    for name in [name for name, module in sys.modules.items() if (getattr(module, '__file__', None) or '').startswith(own + os.sep)]:
        if name != '__main__':
            del sys.modules[name]


def _seed():
    """Draws without a seed of the program's own are the same for each, so that a run can be repeated."""
    random.seed(0)


def _be_first_to_go():
    """Where the machine runs out of memory, the kernel takes candidates, which inherit this, before anything of the user's."""
    with open('/proc/self/oom_score_adj', 'w') as file:
        file.write('1000')


def _rehearse():
    system.perform([system.scratch_mount(SCRATCH, 1 << 20, 100, os.getuid())])
    candidate.rehearse(SCRATCH)
    system.perform([system.unmount(SCRATCH)])


def _fork(fork, received):
    """The child's process id, or a text that begins with ! and says why there is none."""
    if not received or received[0][2] != _RECEIVED:
        return b'!descriptors came to lie elsewhere'
    try:
        pid = fork()
    except OSError as error:
        return b'!' + str(error).encode()
    if pid == 0:
        candidate.main()
    return b'%d' % pid


def _fork_plainly():
    pid = os.fork()
    if pid == 0:
        _seed()
    return pid


def _wait(pid):
    """Wait status, CPU seconds, peak memory as the system counts it."""
    _, status, usage = os.wait4(pid, 0)
    try:
        # What it left behind became this one's child when its parent ended, and is dead by now.
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        # None is left.
        pass
    return b'%d %f %d' % (status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
