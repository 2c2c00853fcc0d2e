"""
A process that forks candidates and never sees any data: what a candidate inherits of its memory is the same for all.
It is told what to do over a socket by the supervisor, which holds programs, inputs and outputs.
"""
import gc
import os
import socket
import sys

import candidate
import system

# What many short programs import: a fork has them at once, but each page of them makes each fork dearer.
PRELOADED = 'atexit bisect collections copy enum functools heapq io itertools json math operator random re string threading traceback typing'.split()
FORK, WAIT = b'f', b'w'


def serve(channel, confinement, warm):
    """`warm`: many candidates will come, for whom it pays to have prepared."""
    for name in PRELOADED if warm else ():
        __import__(name)
    if sys.platform == 'linux':
        # Whatever a candidate leaves behind becomes this process's child, not one of the machine's.
        system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)
        _be_first_to_go()
    confinement.prepare(candidate.rehearse if warm else None)
    gc.collect()
    gc.freeze()
    while True:
        message, descriptors, _, _ = socket.recv_fds(channel, 64, 8)
        if not message:
            return
        if message == FORK:
            _answer(channel, _fork(channel, confinement, descriptors))
        else:
            _answer(channel, _wait(int(message[1:])))


def _be_first_to_go():
    """Where the machine runs out of memory, the kernel takes candidates, which inherit this, before anything of the user's."""
    with open('/proc/self/oom_score_adj', 'w') as file:
        file.write('1000')


def _answer(channel, value):
    channel.send(str(value).encode())


def _wait(pid):
    _, status, usage = os.wait4(pid, 0)
    try:
        # What it left behind became this one's child when its parent ended, and is dead by now.
        while os.waitpid(-1, os.WNOHANG)[0]:
            continue
    except ChildProcessError:
        # None is left.
        return '%d %f %d' % (status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
    return '%d %f %d' % (status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)


def _fork(channel, confinement, descriptors):
    """The child's process id, or a text that begins with ! and says why there is none."""
    try:
        pid = confinement.fork()
    except OSError as error:
        _close(descriptors)
        return '!' + str(error)
    if pid == 0:
        candidate.main(confinement, descriptors)
    _close(descriptors)
    return pid


def _close(descriptors):
    for descriptor in descriptors:
        os.close(descriptor)
