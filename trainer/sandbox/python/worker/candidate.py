"""
The candidate's side: runs its program and tells what came of it. All of this shares a process with the candidate, which can
change any of it; what arrives at the supervisor is therefore data about a candidate, never a verdict.
"""
import json
import marshal
import os
import sys
import types

import watchword
from frames import frame, read_frame, write_all
from values import from_json, to_json

ORDERS, ANSWERS = 3, 4
MESSAGE_LENGTH = 2000
CONFINED, ANSWERED, SEEN = b'c', b'a', b's'
NO_NONCE = bytes(16)
# More than Python waits for before it specialises a function.
REHEARSALS = 60
_NO_THREAD = "RuntimeError: can't start new thread"
ENCODE = json.JSONEncoder(allow_nan=False).encode


def main(confinement, descriptors):
    """Never returns."""
    code = 70
    try:
        _take_descriptors(descriptors)
        order = marshal.loads(read_frame(ORDERS))
        folder = _confine(confinement, order)
        if folder is not None:
            _serve(order, folder)
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
    for _ in range(REHEARSALS):
        write_all(writer, frame(order))
        call = marshal.loads(read_frame(reader)[16:])
        program = Program([{'path': 'rehearsal.py', 'text': 'def rehearsal(*arguments):\n    return arguments\n'}], folder)
        write_all(writer, frame(ANSWERED + NO_NONCE + program.call(call).encode('utf8', 'backslashreplace')))
        read_frame(reader)
        _flush()
        sys.path.remove(folder)
        del sys.modules['rehearsal']
    os.close(reader)
    os.close(writer)


def _take_descriptors(descriptors):
    """Standard input, output and error, orders, answers: nothing else stays open."""
    for place, descriptor in enumerate(descriptors):
        # Received ones lie above these places, since the forker keeps more than five open.
        os.dup2(descriptor, place)
    os.closerange(len(descriptors), 256)


def _confine(confinement, order):
    files = order['files']
    try:
        folder = confinement.enter(order['limits'], len(files), sum(len(each['text'].encode('utf8', 'replace')) for each in files))
    except OSError as error:
        _send(CONFINED, NO_NONCE, str(error))
        return None
    _send(CONFINED, NO_NONCE, '')
    return folder


def _send(kind, nonce, text):
    write_all(ANSWERS, frame(kind + nonce + text.encode('utf8', 'backslashreplace')))


def _serve(order, folder):
    watchword.install(lambda what: _send(SEEN, NO_NONCE, what))
    program, own = Program(order['files'], folder), os.getpid()
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
    def __init__(self, files, folder):
        self.entry = os.path.join(folder, files[0]['path'])
        # A mark of the byte order is no character of a program.
        self.source = files[0]['text'].removeprefix('\ufeff')
        self.folder = folder
        self.files = files
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
        self._write()
        name = os.path.splitext(os.path.basename(self.entry))[0]
        module = types.ModuleType(name)
        module.__file__ = self.entry
        sys.modules[name] = module
        exec(compile(self.source, self.entry, 'exec'), module.__dict__)
        self.module = module

    def run(self):
        """As a script that reads standard input."""
        try:
            self._write()
            module = types.ModuleType('__main__')
            module.__file__ = self.entry
            sys.modules['__main__'] = module
            sys.argv = [self.entry]
            exec(compile(self.source, self.entry, 'exec'), module.__dict__)
            _end_as_scripts_do()
            return json.dumps({'ended': 'exit', 'code': 0})
        except SystemExit as error:
            _end_as_scripts_do()
            return json.dumps({'ended': 'exit', 'code': _exit_code(error.code)})
        except BaseException as error:
            return _failed(error, self.folder)

    def _write(self):
        sys.path.insert(0, self.folder)
        for each in self.files:
            path = os.path.normpath(os.path.join(self.folder, each['path']))
            if not path.startswith(self.folder + os.sep):
                raise ValueError('the path %r of a program file leads out of its folder' % each['path'])
            if os.path.dirname(path) != self.folder:
                os.makedirs(os.path.dirname(path), exist_ok=True)
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            write_all(file, each['text'].encode('utf8', 'backslashreplace'))
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
