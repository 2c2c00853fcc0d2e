"""One process of a candidate, seen from the supervisor: its pipes, its end and what it used."""
import os
import select
import signal
import socket
import sys
import time

import watch
from forker import FORK, READY, WAIT


# Of the peak that the system tells.
PEAK_UNIT = 1 if sys.platform == 'darwin' else 1024


class MachineFailed(Exception):
    """The machine, not the candidate."""


class Machine:
    """Where candidates' processes come from and are found: the forker's, or all of a namespace that are not the worker's own."""

    def __init__(self, channel, forker, own_namespaces):
        self.channel, self.forker, self.own_namespaces = channel, forker, own_namespaces
        self.sees_processes = os.path.isdir('/proc/self')
        # Those of this namespace that are no candidate's: init, this one, its parent, the forker.
        self._own = frozenset((1, os.getpid(), os.getppid(), forker))

    def wait_until_ready(self):
        if self.channel.recv(len(READY)) != READY:
            raise MachineFailed('the process that candidates are forked from could not be prepared')

    def processes(self):
        return watch.others_than(self._own) if self.own_namespaces else watch.descendants(self.forker)

    def kill(self, pid):
        """With all descendants. A namespace dies with its first process; without one, those that left the group are looked for."""
        for kill in (os.kill,) if self.own_namespaces else (os.killpg, os.kill):
            _signal(kill, pid)
        while not self.own_namespaces and self.sees_processes and (left := watch.alive(self.processes())):
            for each in left:
                _signal(os.kill, each)
            time.sleep(0.001)

    def wait_for(self, pid):
        """(wait status, CPU seconds, peak bytes) of a process and all whose end it waited for. With namespaces it is a child of this one."""
        if self.own_namespaces:
            _, status, usage = os.wait4(pid, 0)
            return status, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * PEAK_UNIT
        status, seconds, peak = self.ask(WAIT + b'%d' % pid).split()
        return int(status), float(seconds), int(peak) * PEAK_UNIT

    def ask(self, message, descriptors=()):
        try:
            socket.send_fds(self.channel, [message], descriptors)
            answer = self.channel.recv(256).decode()
        except (BrokenPipeError, ConnectionResetError):
            answer = ''
        if not answer:
            self._forker_gone()
        return answer

    def _forker_gone(self):
        """In a namespace of the worker's own no candidate can end it; where there is none, the candidate most likely did."""
        if self.own_namespaces:
            raise MachineFailed('the forker is gone')
        for pid in watch.alive(watch.descendants(os.getpid())):
            _signal(os.kill, pid)
        os._exit(1)


def _signal(kill, pid):
    try:
        kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # It has ended; only its record is left.
        return


class Process:
    def __init__(self, machine):
        self.machine = machine
        theirs, ours = _pipes()
        self.stdin, self.stdout, self.stderr, self.orders, self.answers = ours
        try:
            answer = machine.ask(FORK, theirs)
            if answer[0] == '!':
                raise MachineFailed('no process for the candidate: ' + answer[1:])
        except MachineFailed:
            self.close_pipes()
            raise
        finally:
            for descriptor in theirs:
                os.close(descriptor)
        self.pid = int(answer)
        # Readable once the process has ended. Its id is not used again before it is waited for.
        self.life = os.pidfd_open(self.pid) if hasattr(os, 'pidfd_open') else None

    def end(self):
        """Kills it with all its descendants; returns (wait status, CPU seconds, peak bytes). Its pipes stay, to be closed."""
        self.machine.kill(self.pid)
        used = self.machine.wait_for(self.pid)
        if self.life is not None:
            os.close(self.life)
        return used

    def has_ended(self):
        if self.life is not None:
            poll = select.poll()
            poll.register(self.life, select.POLLIN)
            return bool(poll.poll(0))
        return False

    def close_pipes(self):
        for descriptor in (self.stdin, self.stdout, self.stderr, self.orders, self.answers):
            if descriptor is not None:
                os.close(descriptor)

    def close_stdin(self):
        os.close(self.stdin)
        self.stdin = None


def _pipes():
    """Descriptors for the candidate and for the supervisor, whose reads and writes never block."""
    theirs, ours = [], []
    for writes in (True, False, False, True, False):
        read, write = os.pipe()
        theirs.append(read if writes else write)
        ours.append(write if writes else read)
        os.set_blocking(ours[-1], False)
    return theirs, ours
