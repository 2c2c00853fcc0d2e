"""What the processes of a candidate use, read from /proc of the worker's PID namespace, where all of them are visible."""
import os
import re
import sys

_OWN_MEMORY = re.compile(rb'^Rss(?:Anon|Shmem):\s*(\d+) kB', re.MULTILINE)
TICK = os.sysconf('SC_CLK_TCK')


class Usage:
    __slots__ = ('bytes', 'cpu_seconds', 'processes')

    def __init__(self, bytes, cpu_seconds, processes):
        self.bytes, self.cpu_seconds, self.processes = bytes, cpu_seconds, processes


def others_than(own):
    """All processes of the namespace but these."""
    return [int(name) for name in os.listdir('/proc') if name.isdigit() and int(name) not in own]


def descendants(root):
    found, waiting = [], [root]
    while waiting:
        for pid in _children(waiting.pop()):
            found.append(pid)
            waiting.append(pid)
    return found


def _children(pid):
    children = []
    try:
        for thread in os.listdir('/proc/%d/task' % pid):
            with open('/proc/%d/task/%s/children' % (pid, thread)) as file:
                children += [int(each) for each in file.read().split()]
    except OSError:
        # It ended meanwhile.
        return children
    return children


def address_space(pid):
    """Bytes; 0 where the system has no limit of it."""
    if sys.platform != 'linux':
        return 0
    with open('/proc/%d/statm' % pid) as file:
        return int(file.read().split()[0]) * os.sysconf('SC_PAGESIZE')


def alive(processes):
    """Without those that have ended and wait for their parent to take notice."""
    return [pid for pid in processes if _state(pid) not in (b'Z', b'X', None)]


def _state(pid):
    fields = _stat(pid)
    return fields[0] if fields else None


def _stat(pid):
    """Fields behind the name in brackets, which is the candidate's to choose; None where the process has ended."""
    try:
        with open('/proc/%d/stat' % pid, 'rb') as file:
            return file.read().rpartition(b')')[2].split() or None
    except OSError:
        return None


def used_by(processes):
    """Sums; of memory what belongs to each alone, and what is shared by being mapped, once for each."""
    total, cpu, count = 0, 0.0, 0
    for pid in processes:
        fields = _stat(pid)
        resident = _own_bytes(pid)
        if fields is None or resident is None:
            # It ended meanwhile.
            continue
        total += resident
        cpu += sum(int(each) for each in fields[11:15]) / TICK
        count += int(fields[17])
    return Usage(total, cpu, count)


def _own_bytes(pid):
    """Resident memory without that of files; None where the process has ended."""
    try:
        with open('/proc/%d/status' % pid, 'rb') as file:
            status = file.read()
    except OSError:
        return None
    return sum(int(kilobytes) for kilobytes in _OWN_MEMORY.findall(status)) * 1024
