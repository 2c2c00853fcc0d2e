"""Serves requests: one candidate after another, each in processes of its own. Holds the data that no candidate may see."""
import json
import os
import signal

from confinement import SCRATCH
from conversation import ANSWER_BYTES, MOST_SIGHTINGS, Talk, describe_death
from doubts import Try, may_be_the_machines
from frames import frame, read_frame, write_all
from process import MachineFailed, Process
from program import LeadsOut, layout


class Report:
    """What is told about an execution besides the outcomes of its calls."""

    def __init__(self):
        self.sightings, self.limits_hit = [], []
        self.cpu_seconds, self.peak_bytes = 0.0, 0

    def saw(self, kind, why):
        sighting = {'kind': kind, 'why': why[:500]}
        if len(self.sightings) < MOST_SIGHTINGS and sighting not in self.sightings:
            self.sightings.append(sighting)

    def hit(self, limit):
        if limit not in self.limits_hit:
            self.limits_hit.append(limit)

    def peak(self, bytes):
        self.peak_bytes = max(self.peak_bytes, bytes)


class Execution:
    def __init__(self, machine, confinement, request, calls):
        self.machine, self.confinement, self.request, self.calls = machine, confinement, request, calls
        self.report = Report()
        self.talk = None
        self.tried_again = False
        # Together they have to fit into one message, in which a character may take twelve.
        self.answers_left = 4 * ANSWER_BYTES

    def outcome(self):
        try:
            calls = [self._call(place, call) for place, call in enumerate(self.calls)]
        except LeadsOut as error:
            calls = [_never_run(error) for _ in self.calls]
        finally:
            self._end()
        report = self.report
        return {'calls': calls, 'sightings': report.sightings, 'limitsHit': report.limits_hit, 'cpuSeconds': report.cpu_seconds,
                'peakMegabytes': report.peak_bytes / (1 << 20)}

    def _call(self, place, call):
        """Once in an execution again where the machine may be to blame; what comes of that stands, so that no blame can be put on it."""
        limits_hit = list(self.report.limits_hit)
        outcome, doubtful = self._try(place, call)
        if doubtful and not self.tried_again:
            self.tried_again = True
            self.report.limits_hit = limits_hit
            outcome, _ = self._try(place, call)
        return outcome

    def _try(self, place, call):
        """The outcome, and whether the machine may have brought it about."""
        by_input = call['style'] == 'stdin'
        if by_input:
            self._end()
        if self.talk is None:
            self._start(len(self.calls) - place)
        if not by_input and self.talk.process.stdin is not None:
            self.talk.process.close_stdin()
        order = {'style': 'stdin'} if by_input else call
        outcome = self.talk.ask(order, call['stdin'].encode('utf8', 'surrogatepass') if by_input else b'', self.request['limits'])
        cpu_seconds = outcome.pop('cpuSeconds')
        self.answers_left -= len(outcome['answer'] or '')
        if self.answers_left < 0 and outcome['end'] is None:
            self.report.hit('outputBytes')
            outcome.update(answer=None, end={'ended': 'outputLimit', 'message': 'answered with more than %d characters in all' % (4 * ANSWER_BYTES)})
        doubtful = False
        if by_input or outcome['end'] is not None:
            status, cpu_of_process = self._end()
            doubtful = may_be_the_machines(Try(outcome['end'], status, cpu_of_process if cpu_seconds is None else cpu_seconds, self.report.peak_bytes),
                                           self.request['limits'], self.machine.own_namespaces)
            if outcome['end'] == {'ended': 'died'}:
                outcome['end'] = describe_death(status, self.request['limits'], self.report)
        return outcome, doubtful

    def _start(self, calls_left):
        limits, files = dict(self.request['limits']), self.request['files']
        limits['cpuSeconds'] *= calls_left
        folder = SCRATCH if self.machine.own_namespaces else self._folder()
        order = {'layout': layout(files, folder), 'steps': list(self.confinement.steps(limits, files, folder))}
        self.talk = Talk(Process(self.machine), order, self.report)

    def _folder(self):
        """Removed with all that the worker has once it has served."""
        folder = os.path.join(os.environ.get('TMPDIR', '/tmp'), 'candidate-' + os.urandom(8).hex())
        os.mkdir(folder)
        if self.confinement.uid:
            os.chmod(folder, 0o777)
        return folder

    def _end(self):
        if self.talk is None:
            return 0, 0.0
        status, cpu_seconds, peak_bytes = self.talk.end()
        self.talk = None
        self.report.cpu_seconds += cpu_seconds
        self.report.peak(peak_bytes)
        return status, cpu_seconds


def _never_run(error):
    answer = json.dumps({'ended': 'exception', 'message': 'ValueError: %s' % error})
    return {'answer': answer, 'end': None, 'stdout': '', 'stderr': '', 'outputCut': False, 'seconds': 0.0}


def serve(control_in, control_out, machine, confinement):
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    _tell(control_out, {'ready': True})
    while True:
        first = read_frame(control_in)
        if first is None:
            return
        request = json.loads(first)
        calls = [json.loads(read_frame(control_in)) for _ in range(request['calls'])]
        try:
            outcome = Execution(machine, confinement, request, calls).outcome()
        except (MachineFailed, OSError) as error:
            outcome = {'failure': str(error)}
        _tell(control_out, outcome)
        del first, request, calls, outcome


def _tell(control_out, message):
    write_all(control_out, frame(json.dumps(message).encode()))
