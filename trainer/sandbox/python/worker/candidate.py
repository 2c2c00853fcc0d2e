"""
The candidate's side: runs its program and tells what came of it. All of this shares a process with the candidate, which can
change any of it; what arrives at the supervisor is therefore data about a candidate, never a verdict.
"""
import json
import marshal
import os
import sys
import types

import system
import watchword
from frames import frame, read_frame, write_all
from program import layout
from values import from_json, to_json

ORDERS, ANSWERS = 3, 4
MESSAGE_LENGTH = 2000
CONFINED, ANSWERED, SEEN = b'c', b'a', b's'
NO_NONCE = bytes(16)
# More than Python waits for before it specialises a function.
REHEARSALS = 60
_NO_THREAD = "RuntimeError: can't start new thread"
ENCODE = json.JSONEncoder(allow_nan=False).encode


# From when on it is noted what a candidate reaches for.
begin_to_watch = watchword.install(lambda what: _send(SEEN, NO_NONCE, what))


def main():
    """Never returns. Standard input, output and error, orders and answers are in their places; nothing else stays open."""
    code = 70
    try:
        os.closerange(ANSWERS + 1, 256)
        order = marshal.loads(read_frame(ORDERS))
        if _confine(order['steps']):
            _serve(order)
            code = 0
    finally:
        os._exit(code)


def rehearse(folder):
    """
    Runs what every candidate's process runs, beforehand in the process that they are forked from: bytecode that is specialised
    already is not written to any more, so that its pages stay shared.
    """
    reader, writer = os.pipe()
    order = NO_NONCE + marshal.dumps({'style': 'call', 'function': 'rehearsal', 'args': [1, 'x', [True]]})
    files = layout([{'path': 'rehearsal.py', 'text': 'def rehearsal(*arguments):\n    return arguments\n'}], folder)
    for _ in range(REHEARSALS):
        write_all(writer, frame(order))
        call = marshal.loads(read_frame(reader)[16:])
        program = Program(files)
        write_all(writer, frame(ANSWERED + NO_NONCE + program.call(call).encode('utf8', 'backslashreplace')))
        read_frame(reader)
        _flush()
        sys.path.remove(folder)
        del sys.modules['rehearsal']
    os.close(reader)
    os.close(writer)


def _confine(steps):
    """Whether the machine let it; if not, nothing of the candidate has run."""
    try:
        system.perform(steps)
    except OSError as error:
        _send(CONFINED, NO_NONCE, str(error))
        return False
    _send(CONFINED, NO_NONCE, '')
    return True


def _send(kind, nonce, text):
    write_all(ANSWERS, frame(kind + nonce + text.encode('utf8', 'backslashreplace')))


def _serve(order):
    program, own = Program(order['layout']), os.getpid()
    while True:
        line = read_frame(ORDERS)
        if line is None:
            return
        call = marshal.loads(line[16:])
        answer = program.call(call) if call['style'] == 'call' else program.run()
        _flush()
        if os.getpid() != own:
            # A child that the candidate forked came back from the call as well.
            os._exit(0)
        _send(ANSWERED, line[:16], answer)
        del line, call, answer


def _flush():
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError, AttributeError):
            # The candidate closed or replaced its own stream: what it lost is its own.
            continue


class Program:
    def __init__(self, layout):
        """`layout`: see program.py."""
        self.layout = layout
        self.folder = layout['folder']
        self.module = None
        self.broken = None

    def call(self, call):
        try:
            if self.broken:
                return self.broken
            if self.module is None:
                self._load()
            value = getattr(self.module, call['function'])(*[from_json(each) for each in call['args']])
            return '{"ended":"value","value":%s}' % ENCODE(to_json(value))
        except BaseException as error:
            answer = _failed(error, self.folder)
            if self.module is None:
                self.broken = answer
            return answer

    def _load(self):
        self.module = self._execute_as(self.layout['name'])

    def run(self):
        """As a script that reads standard input."""
        try:
            sys.argv = [self.layout['entry']]
            self._execute_as('__main__')
            _end_as_scripts_do()
            return json.dumps({'ended': 'exit', 'code': 0})
        except SystemExit as error:
            _end_as_scripts_do()
            return json.dumps({'ended': 'exit', 'code': _exit_code(error.code)})
        except BaseException as error:
            return _failed(error, self.folder)

    def _execute_as(self, name):
        self._write()
        entry = self.layout['entry']
        module = types.ModuleType(name)
        module.__file__ = entry
        sys.modules[name] = module
        begin_to_watch()
        exec(compile(self.layout['source'], entry, 'exec'), module.__dict__)
        return module

    def _write(self):
        sys.path.insert(0, self.folder)
        for folder in self.layout['folders']:
            os.mkdir(folder)
        for path, content in self.layout['files']:
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            write_all(file, content)
            os.close(file)


def _end_as_scripts_do():
    import atexit
    import threading
    threading._shutdown()
    atexit._run_exitfuncs()


def _exit_code(code):
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 255
    print(code, file=sys.stderr)
    return 1


def _failed(error, folder):
    """The answer for what was raised; nothing of the candidate's own is trusted to work."""
    try:
        if isinstance(error, SystemExit):
            return json.dumps({'ended': 'noResult', 'message': 'called sys.exit(%.100r)' % (error.code,), 'exited': True})
        if isinstance(error, MemoryError):
            return json.dumps({'ended': 'memory', 'message': 'MemoryError' + _line_of(error, folder)})
        text = '%s: %s' % (type(error).__name__, error)
        limit = 'processes' if text == _NO_THREAD else {27: 'fileBytes', 28: 'fileBytes', 11: 'processes'}.get(getattr(error, 'errno', None))
        return json.dumps({'ended': 'exception', 'message': text[:MESSAGE_LENGTH] + _line_of(error, folder), 'limit': limit})
    except BaseException as second:
        return '{"ended":"exception","message":"%s, which cannot be shown"}' % type(second).__name__.replace('"', '').replace('\\', '')


def _line_of(error, folder):
    """Where in the program it was raised."""
    place, trace = None, error.__traceback__
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(folder + os.sep):
            place = '%s, line %d' % (name[len(folder) + 1:], trace.tb_lineno)
        trace = trace.tb_next
    return ' (%s)' % place if place else ''
