"""Asks one process of a candidate one call, and watches it until it answers, ends or uses too much."""
import marshal
import os
import select
import signal
import time

import watch
from candidate import ANSWERED, CONFINED, SEEN
from frames import HEADER, frame
from process import MachineFailed

TICK_SECONDS = 0.02
ANSWER_BYTES = 4 << 20
MOST_SIGHTINGS = 20
# Of 64 KB each: more than any pipe of a candidate's holds.
MOST_READS = 64
_MARK = 17  # Kind and nonce before the text of a frame.


class Talk:
    """State of one process of a candidate over its calls."""

    def __init__(self, process, order, report):
        self.process = process
        self.report = report
        self.confined = self.answered = False
        self.buffer = bytearray()
        self.pending = frame(marshal.dumps(order))
        self.poll, self.output_poll = select.poll(), select.poll()
        for descriptor in (process.stdout, process.stderr):
            self.output_poll.register(descriptor, select.POLLIN)
        for descriptor in (process.stdout, process.stderr, process.answers, process.life):
            if descriptor is not None:
                self.poll.register(descriptor, select.POLLIN)

    def ask(self, call, stdin, limits):
        """An outcome of the call; `ended` in it says that the process must not be asked again."""
        self._look_for_late_output()
        outcome = _Question(self, call, stdin, limits).outcome()
        self.answered = outcome['end'] is None
        return outcome

    def end(self):
        """As Process.end."""
        used = self.process.end()
        self._look_for_late_output()
        self.process.close_pipes()
        return used

    def _look_for_late_output(self):
        """What was written after an answer was taken is no part of it, nor of the next."""
        for _ in range(MOST_READS):
            late = [descriptor for descriptor, events in self.output_poll.poll(0) if events & select.POLLIN] if self.answered else []
            if not late:
                return
            self.report.saw('outputAfterVerdict', 'wrote output after its answer')
            for descriptor in late:
                os.read(descriptor, 1 << 16)


class _Question:
    def __init__(self, talk, call, stdin, limits):
        self.talk, self.process, self.limits = talk, talk.process, limits
        self.nonce = os.urandom(16)
        talk.pending += frame(self.nonce + marshal.dumps(call))
        self.stdin = memoryview(stdin)
        self.output = {self.process.stdout: bytearray(), self.process.stderr: bytearray()}
        self.left = limits['outputBytes']
        self.answer = self.end = None
        self.cpu_before = self.cpu_seconds = None

    def outcome(self):
        started = time.monotonic()
        self._converse(started)
        seconds = time.monotonic() - started
        if self.answer is not None:
            self._read_output()
        if self.end is not None:
            self.answer = None
        texts = [bytes(each).decode('utf8', 'replace') for each in self.output.values()]
        return {'answer': self.answer, 'end': self.end, 'stdout': texts[0], 'stderr': texts[1], 'outputCut': self.left < 0, 'seconds': seconds,
                'cpuSeconds': self.cpu_seconds}

    def _converse(self, started):
        poll, deadline, next_look = self.talk.poll, started + self.limits['wallSeconds'], started + TICK_SECONDS
        self._begin_writing(poll)
        while self.answer is None and self.end is None:
            now = time.monotonic()
            if now >= deadline:
                return self._be_late()
            if now >= next_look:
                next_look = now + TICK_SECONDS
                self._look()
            for descriptor, events in poll.poll(max(0, min(deadline, next_look) - now) * 1000 + 1):
                self._handle(poll, descriptor, events)

    def _be_late(self):
        """What has arrived already is read first: this process may have been the late one."""
        self._read_what_came()
        if self.answer is None and self.end is None:
            self._look()
        if self.answer is None and self.end is None:
            self._stop('timeout', 'no answer within %g s' % self.limits['wallSeconds'], 'wallSeconds')

    def _begin_writing(self, poll):
        """What fits goes at once, the rest once there is room."""
        process = self.process
        self.talk.pending = _written(process.orders, self.talk.pending)
        if self.talk.pending:
            poll.register(process.orders, select.POLLOUT)
        if process.stdin is not None:
            poll.register(process.stdin, select.POLLOUT)

    def _handle(self, poll, descriptor, events):
        process = self.process
        if descriptor == process.orders:
            self.talk.pending = _written(descriptor, self.talk.pending)
            if not self.talk.pending:
                poll.unregister(descriptor)
        elif descriptor == process.stdin:
            self.stdin = _written(descriptor, self.stdin)
            if not self.stdin:
                poll.unregister(descriptor)
                process.close_stdin()
        elif descriptor == process.life:
            self._ended()
        elif descriptor == process.answers:
            if not self._read_answers():
                poll.unregister(descriptor)
                if process.life is None:
                    self._ended()
        elif not self._read_some(descriptor):
            poll.unregister(descriptor)

    def _read_some(self, descriptor):
        try:
            part = os.read(descriptor, 1 << 16)
        except BlockingIOError:
            return True
        self.output[descriptor] += part[:max(0, self.left)]
        self.left -= len(part)
        if self.left < 0 and self.end is None:
            self._stop('outputLimit', 'wrote more than %d bytes' % self.limits['outputBytes'], 'outputBytes')
        return bool(part)

    def _read_output(self):
        """What was written before the answer belongs to this call."""
        while self.left >= 0:
            ready = [descriptor for descriptor, events in self.talk.output_poll.poll(0) if events & select.POLLIN]
            if not ready:
                return
            for descriptor in ready:
                self._read_some(descriptor)

    def _read_answers(self, when_empty=True):
        """Whether more may come. What the process left behind may hold the pipe open for ever."""
        try:
            part = os.read(self.process.answers, 1 << 16)
        except BlockingIOError:
            return when_empty
        buffer = self.talk.buffer
        buffer += part
        while len(buffer) >= HEADER.size:
            (length,) = HEADER.unpack(buffer[:HEADER.size])
            if length > ANSWER_BYTES:
                self._stop('outputLimit', 'answered with more than %d bytes' % ANSWER_BYTES, 'outputBytes')
                return True
            if len(buffer) < HEADER.size + length:
                break
            message = bytes(buffer[HEADER.size:HEADER.size + length])
            del buffer[:HEADER.size + length]
            self._take(message[:1], message[1:_MARK], message[_MARK:])
        return bool(part)

    def _take(self, kind, nonce, text):
        talk = self.talk
        if kind == CONFINED and not talk.confined:
            if text:
                raise MachineFailed('a candidate could not be confined: ' + text.decode('utf8', 'replace'))
            talk.confined = True
        elif kind == SEEN and talk.confined:
            talk.report.saw('forbiddenAccess', text.decode('utf8', 'replace'))
        elif kind == ANSWERED and nonce == self.nonce and talk.confined and self.answer is None:
            self.answer = text.decode('utf8', 'replace')
        else:
            talk.report.saw('forgedResult', 'a message on the result channel that was not asked for')

    def _read_what_came(self):
        """As much as a pipe holds: whoever else writes to it may never stop."""
        for _ in range(MOST_READS):
            if self.answer is not None or self.end is not None or not self._read_answers(when_empty=False):
                return

    def _ended(self):
        """The process has ended: what it had written comes first."""
        self._read_what_came()
        if self.answer is None and self.end is None:
            if not self.talk.confined:
                raise MachineFailed('a candidate\'s process ended before the candidate was started')
            self.end = {'ended': 'died'}
            self._read_output()

    def _look(self):
        if self.process.life is None and self.process.has_ended():
            return self._ended()
        if not self.process.machine.sees_processes:
            return None
        usage, limits = watch.used_by(self.process.machine.processes()), self.limits
        if self.cpu_before is None:
            self.cpu_before = max(0.0, usage.cpu_seconds - TICK_SECONDS)
        self.cpu_seconds = usage.cpu_seconds - self.cpu_before
        self.talk.report.peak(usage.bytes)
        if usage.bytes > limits['memoryMegabytes'] << 20:
            return self._stop('memory', 'used more than %d MB' % limits['memoryMegabytes'], 'memoryMegabytes')
        if self.cpu_seconds > limits['cpuSeconds']:
            return self._stop('timeout', 'used more than %g s of CPU time' % limits['cpuSeconds'], 'cpuSeconds')
        if usage.processes >= limits['processes']:
            self.talk.report.hit('processes')
        if usage.processes > limits['processes']:
            return self._stop('forbidden', 'started more than %d processes' % limits['processes'], 'processes')
        return None

    def _stop(self, ended, message, limit):
        self.talk.report.hit(limit)
        self.end = {'ended': ended, 'message': message}


def _written(descriptor, data):
    """What is left to write; nothing where nobody reads any more."""
    try:
        return data[os.write(descriptor, data[:1 << 16]):] if data else data
    except BrokenPipeError:
        return data[:0]
    except BlockingIOError:
        return data


def describe_death(status, limits, report):
    """How a process ended that was not killed from here."""
    if os.WIFEXITED(status):
        code = os.WEXITSTATUS(status)
        report.saw('earlyExit', 'ended its process with exit code %d before it answered' % code)
        return {'ended': 'noResult', 'message': 'the process ended with exit code %d before it answered' % code}
    number = os.WTERMSIG(status)
    if number == signal.SIGSYS:
        report.saw('forbiddenAccess', 'a forbidden system call')
        return {'ended': 'forbidden', 'message': 'made a forbidden system call'}
    if number == signal.SIGXCPU:
        report.hit('cpuSeconds')
        return {'ended': 'timeout', 'message': 'used too much CPU time'}
    if number == signal.SIGKILL:
        return {'ended': 'memory', 'message': 'the system killed it, most often for memory'}
    report.saw('earlyExit', 'its process was ended by %s before it answered' % _name_of(number))
    return {'ended': 'noResult', 'message': 'the process was ended by %s before it answered' % _name_of(number)}


def _name_of(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return 'signal %d' % number
