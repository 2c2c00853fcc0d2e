"""Whether it may have been the machine that ended a call: it stalled, or was short of memory and took the first process that it found."""
import os
import signal
from collections import namedtuple

# `end` as in an outcome, None for an answer; CPU seconds of the call, peak bytes of the execution so far.
Try = namedtuple('Try', 'end status cpu_seconds peak_bytes')


def may_be_the_machines(tried, limits, own_namespace):
    """A doubt is worth another try and nothing more: a candidate that sleeps looks the same."""
    ended = tried.end and tried.end['ended']
    if ended == 'timeout':
        return tried.cpu_seconds < min(limits['wallSeconds'] / 4, limits['cpuSeconds'])
    return ended == 'died' and own_namespace and _was_killed_early(tried, limits)


def _was_killed_early(tried, limits):
    """The first process of a namespace cannot be killed from inside; without one, any candidate can kill itself."""
    killed = os.WIFSIGNALED(tried.status) and os.WTERMSIG(tried.status) == signal.SIGKILL
    return killed and tried.peak_bytes < limits['memoryMegabytes'] << 19 and tried.cpu_seconds < limits['cpuSeconds']
