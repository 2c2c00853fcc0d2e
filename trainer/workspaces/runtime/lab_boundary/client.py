"""The tests' side of the boundary.

A module that the candidate may change is not in this process: a stub stands in its place, whose functions are calls to the
candidate's process. What comes back is data; no object of the candidate decides a comparison of the tests, and none of its
exceptions says what a runner takes for a word of its own (exceptions.py). What tests hand over comes back changed where the original
changes it (needs.py).
"""
import builtins
import json
import os
import signal
import sys

from .changes import without_same
from .exceptions import ends_loops, own_exception
from .frames import Pipe
from .needs import Needs
from .remote import Remote, RemoteFunction, class_of
from .values import SHARED, Reader, Untransferable, Writer

LEVEL = os.environ.get('LAB_BOUNDARY', 'data')
MOST_REFERENCES = 100_000


def tell(record):
    """Into the file of reports, which lies where no candidate is."""
    with open(os.environ['LAB_REPORT'], 'a', encoding='utf-8') as report:
        report.write(f'\n{json.dumps(record)}\n')


def broken(reason):
    """Ends this process: a test that waits for an exception must not take a fault of the boundary for it."""
    tell({'boundary': str(reason)[:500]})
    while True:
        os.kill(os.getpid(), signal.SIGKILL)


class Client:
    """One conversation with the candidate's process. What it refers to is known by numbers, each with the exports that it came of."""

    def __init__(self, folder):
        self.requests, self.answers, self.callbacks = (Pipe(os.path.join(folder, name)) for name in ('requests', 'answers', 'callbacks'))
        self.needs = Needs(tell)
        self.depth = 0
        self.ours = []
        self.remotes = {}
        self.classes = {}
        self.roots = {}
        self.asking = frozenset()

    def ask(self, request):
        (self.callbacks if self.depth else self.requests).send(request)
        while True:
            message = self.answers.receive()
            if 'ended' in message:
                broken(message['ended'])
            if 'callback' not in message:
                sys.stdout.write(message.get('printed', ''))
                return message
            self.answer_callback(message)

    def ask_for(self, roots, request):
        """Asks on behalf of these exports, also in what the candidate calls back meanwhile."""
        before, self.asking = self.asking, roots
        try:
            return self.ask(request)
        finally:
            self.asking = before

    def answer_callback(self, message):
        reader = Reader(message['nodes'], self.resolver(self.asking))
        args = [reader.read(each) for each in message['args']]
        named = {name: reader.read(each) for name, each in message['named'].items()}
        known = reader.objects()
        writer = Writer(self.refer, known)
        call = self.ours[message['callback']]
        self.depth += 1
        try:
            try:
                outcome = {'value': writer.write(call(*args, **named))}
            except Untransferable:
                raise
            except Exception as error:
                outcome = {'raised': self.write_raised(writer, error)}
            states = [writer.state(each) for each in known]
            self.callbacks.send({'reply': {**outcome, 'nodes': states + writer.nodes[len(known):]}})
        finally:
            self.depth -= 1

    @staticmethod
    def write_raised(writer, error):
        shared = next(kind for kind in type(error).__mro__ if kind in SHARED.values())
        return [['shared', shared.__name__], [writer.write(str(error))], str(error)]

    def refer(self, _writer, value):
        if isinstance(value, Remote):
            return ['theirs', value._lab_number]
        if isinstance(value, type) and '_lab_class' in vars(value):
            return ['theirs', value._lab_class]
        if callable(value) and not isinstance(value, type):
            self.ours.append(value)
            return ['ours', len(self.ours) - 1]
        raise Untransferable(f'an object of the class {type(value).__qualname__} cannot cross to the candidate')

    def resolver(self, roots, loading=False):
        """Finds what is not data on its way from the candidate, as the level lets it in. What a module exports may be a function at every level."""
        def resolve(_reader, tag, number, *rest):
            if tag == 'ours':
                return self.ours[number]
            if tag == 'iterator':
                return self.iterate(number, roots)
            if tag not in ('function', 'class', 'object'):
                raise Untransferable('a tag of no meaning')
            kind = 'object' if tag == 'object' else 'function'
            if not (loading and kind == 'function') and not (lets_in(kind) and self.needs.may_give(kind, roots)):
                raise Untransferable(f'The candidate gave {"a function" if kind == "function" else "an object of its own"} where the original gives data.')
            return self.class_from([tag, number, *rest], roots) if tag == 'class' else self.remote(tag, number, rest, roots)
        return resolve

    def resolve_own(self, _reader, tag, number):
        """Finds what this process wrote itself."""
        return self.ours[number] if tag == 'ours' else self.remotes[number] if number in self.remotes else self.classes[number]

    def remote(self, tag, number, rest, roots):
        if len(self.remotes) >= MOST_REFERENCES:
            raise Untransferable(f'more than {MOST_REFERENCES} objects')
        self.add_roots(number, roots)
        if number not in self.remotes:
            kind = RemoteFunction if tag == 'function' else self.class_from(rest[0], roots)
            self.remotes[number] = Remote.stand_in(kind, self, number)
        return self.remotes[number]

    def roots_of(self, remote):
        return self.roots.get(remote._lab_number, frozenset())

    def add_roots(self, number, roots):
        self.roots[number] = self.roots.get(number, frozenset()) | roots

    def class_from(self, written, roots):
        tag, number, *rest = written
        if tag == 'shared':
            return SHARED[number]
        if tag != 'class':
            raise Untransferable('a class that is none')
        self.add_roots(number, roots)
        if number not in self.classes:
            name, bases, methods, module = rest
            own = own_exception(str(module), str(name))
            self.classes[number] = own or class_of(self, number, str(name), tuple(self.class_from(each, roots) for each in bases), methods)
        return self.classes[number]

    def iterate(self, number, roots):
        self.add_roots(number, roots)
        while True:
            step = self.operate('next', number)
            if not step:
                return
            yield step[0]

    def operate(self, operation, number, args=(), named=None):
        """One operation on something of the candidate's; raises what it raises."""
        try:
            roots = self.roots.get(number, frozenset())
            writer = Writer(self.refer)
            written = [writer.write(each) for each in args]
            written_named = {name: writer.write(each) for name, each in (named or {}).items()}
            answer = self.ask_for(roots, {'do': operation, 'on': number, 'args': written, 'named': written_named, 'nodes': writer.nodes})
            reader = self.reader_of(answer, writer, roots)
            iterates = operation == 'method' and args[0] in ('__next__', '__anext__')
            raised = self.read_raised(reader, answer['raised'], roots, iterates) if 'raised' in answer else None
            value = None if raised else reader.read(answer['value'])
        except Exception as error:
            broken(error)
        if raised is not None:
            raise raised
        return value

    def reader_of(self, answer, writer, roots):
        """Arguments are left as the candidate left them, or, where it may not change them, as they were: then what it gives holds copies."""
        sent = writer.objects
        nodes = without_same(writer.nodes, answer['nodes'])
        is_changed = any(node is not None for node in nodes[:len(sent)])
        gives_nothing = 'value' in answer and answer['value'] is None
        known = Reader(writer.nodes, self.resolve_own).objects() if is_changed and not self.needs.may_change(roots, gives_nothing) else sent
        return Reader(nodes, self.resolver(roots), known)

    def read_raised(self, reader, written, roots, iterates=False):
        kind, args, text = written
        made = self.class_from(kind, roots)
        if not (isinstance(made, type) and issubclass(made, Exception)):
            raise Untransferable('something raised that is no exception')
        # Where nobody iterates it is a fault, as it is in a generator.
        if ends_loops(made) and not iterates:
            made = RuntimeError
        error = made.__new__(made)
        error.args = tuple(reader.read(each) for each in args)
        vars(error)['_lab_text'] = str(text)
        return error

    def load(self, path, name):
        try:
            answer = self.ask({'do': 'load', 'path': path, 'name': name})
            if 'raised' in answer:
                whole = frozenset((path,))
                raised = self.read_raised(Reader(answer['nodes'], self.resolver(whole)), answer['raised'], whole)
            else:
                exports, raised = self.exports_of(answer, path), None
        except Exception as error:
            broken(error)
        if raised is not None:
            tell({'boundary': f'{path} could not be loaded: {type(raised).__name__}: {raised}'[:500]})
            raise raised
        return exports

    def exports_of(self, answer, path):
        root = ''
        reader = Reader(answer['nodes'], lambda *given: self.resolver(frozenset((root,)), loading=True)(*given))
        exports = {}
        for name, written in answer['exports']:
            root = f'{path} {name}'
            exports[str(name)] = reader.read(written)
        return exports


def lets_in(kind):
    return LEVEL == 'objects' or (LEVEL == 'functions' and kind == 'function')


_client = None


def bind(module, path, words):
    """Fills the namespace of a stub with what the candidate's module exports.

    `words` are those of the original's text: `from module import *` brings no other name, and none that means something to the test
    already, so that no test takes the candidate's `all` or `pytest` for its own.
    """
    global _client
    if _client is None:
        _client = Client(os.environ['LAB_PIPES'])
        tell({'connected': True})
    exports = {name: value for name, value in _client.load(path, module['__name__']).items() if not name.startswith('__')}
    taken = {*vars(builtins), *sys.modules}
    module.update(exports, __all__=[name for name in exports if name in words and name not in taken and not name.startswith('_')])
