"""The tests' side of the boundary.

A module that the candidate may change is not in this process: a stub stands in its place, whose functions are calls to the
candidate's process. What comes back is data; no object of the candidate decides a comparison of the tests.
"""
import builtins
import json
import os
import signal
import sys

from .frames import Pipe
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
    """One conversation with the candidate's process."""

    def __init__(self, folder):
        self.requests, self.answers, self.callbacks = (Pipe(os.path.join(folder, name)) for name in ('requests', 'answers', 'callbacks'))
        self.depth = 0
        self.ours = []
        self.remotes = {}
        self.classes = {}
        self.loading = False

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

    def answer_callback(self, message):
        reader = Reader(message['nodes'], self.resolve)
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

    def resolve(self, reader, tag, number, *rest):
        if tag == 'ours':
            return self.ours[number]
        if tag == 'iterator':
            return self.iterate(number)
        if tag == 'class':
            return self.remote_class(reader, number, *rest)
        if tag not in ('function', 'object'):
            raise Untransferable('a tag of no meaning')
        if not self.lets_in(tag):
            raise Untransferable(f'The candidate gave {"a function" if tag == "function" else "an object of its own"} where the original gives data.')
        if len(self.remotes) >= MOST_REFERENCES:
            raise Untransferable(f'more than {MOST_REFERENCES} objects')
        if number not in self.remotes:
            kind = RemoteFunction if tag == 'function' else self.remote_class(reader, *rest[0][1:])
            self.remotes[number] = Remote.stand_in(kind, self, number)
        return self.remotes[number]

    def lets_in(self, tag):
        """What a module exports may be a function at every level."""
        return LEVEL == 'objects' or (tag == 'function' and (self.loading or LEVEL == 'functions'))

    def remote_class(self, reader, number, name, bases, methods, module):
        if number not in self.classes:
            own = self.own_exception(str(module), str(name))
            self.classes[number] = own or class_of(self, number, str(name), tuple(reader.read(each) for each in bases), methods)
        return self.classes[number]

    @staticmethod
    def own_exception(module, name):
        """The tests' own class of an exception that both sides know, from a file that the candidate was not given."""
        own = vars(sys.modules[module]).get(name) if module in sys.modules else None
        return own if isinstance(own, type) and issubclass(own, Exception) and '_lab_class' not in vars(own) else None

    def iterate(self, number):
        while True:
            step = self.operate('next', number)
            if not step:
                return
            yield step[0]

    def operate(self, operation, number, args=(), named=None):
        """One operation on something of the candidate's; raises what it raises. Arguments are left as it left them."""
        try:
            writer = Writer(self.refer)
            written = [writer.write(each) for each in args]
            written_named = {name: writer.write(each) for name, each in (named or {}).items()}
            answer = self.ask({'do': operation, 'on': number, 'args': written, 'named': written_named, 'nodes': writer.nodes})
            reader = Reader(answer['nodes'], self.resolve, writer.objects)
            raised = self.read_raised(reader, answer['raised']) if 'raised' in answer else None
            value = None if raised else reader.read(answer['value'])
        except Exception as error:
            broken(error)
        if raised is not None:
            raise raised
        return value

    @staticmethod
    def read_raised(reader, written):
        kind, args, text = written
        made = reader.read(kind)
        if not (isinstance(made, type) and issubclass(made, Exception)):
            raise Untransferable('something raised that is no exception')
        error = made.__new__(made)
        error.args = tuple(reader.read(each) for each in args)
        vars(error)['_lab_text'] = str(text)
        return error

    def load(self, path, name):
        try:
            answer = self.ask({'do': 'load', 'path': path, 'name': name})
            self.loading = True
            reader = Reader(answer['nodes'], self.resolve)
            if 'raised' in answer:
                raised = self.read_raised(reader, answer['raised'])
            else:
                exports, raised = {str(key): reader.read(value) for key, value in answer['exports']}, None
        except Exception as error:
            broken(error)
        finally:
            self.loading = False
        if raised is not None:
            tell({'boundary': f'{path} could not be loaded: {type(raised).__name__}: {raised}'[:500]})
            raise raised
        return exports


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
