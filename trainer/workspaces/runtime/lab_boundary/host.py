"""The candidate's side of the boundary.

Loads its modules and does what is asked with what they export. Whoever takes this process over can answer with other data, which
is all that it could do anyway.
"""
import functools
import importlib
import importlib.util
import io
import os
import sys
import types

from .frames import Pipe
from .remote import COMPARED, FORWARDED
from .values import SHARED, SHARED_NAMES, Reader, Untransferable, Writer

ITERATORS = tuple({types.GeneratorType, map, filter, zip, enumerate, reversed, *(type(iter(each)) for each in ([], (), {}, set(), '', range(0), {}.keys(), {}.values(), {}.items()))})
FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, functools.partial, functools._lru_cache_wrapper)
VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


class Host:
    def __init__(self, pipes, folder):
        self.requests, self.answers, self.callbacks = (Pipe(os.path.join(pipes, name)) for name in ('requests', 'answers', 'callbacks'))
        self.folder = folder
        self.mine = []
        self.numbers = {}
        self.called = {}

    def number(self, value):
        if id(value) not in self.numbers:
            self.mine.append(value)
            self.numbers[id(value)] = len(self.mine) - 1
        return self.numbers[id(value)]

    def refer(self, writer, value):
        if isinstance(value, Callback):
            return ['ours', value.number]
        if isinstance(value, VIEWS):
            return writer.write(list(value))
        if isinstance(value, ITERATORS):
            return ['iterator', self.number(value)]
        if isinstance(value, type):
            bases = [writer.write(base) for base in value.__bases__ if base is not object]
            methods = [name for name in (*FORWARDED, *COMPARED) if any(name in vars(kind) for kind in value.__mro__ if kind is not object)]
            return ['class', self.number(value), value.__name__, bases, methods, str(value.__module__)]
        if isinstance(value, FUNCTIONS):
            return ['function', self.number(value)]
        return ['object', self.number(value), self.refer(writer, type(value))]

    def resolve(self, _reader, tag, number, *_rest):
        if tag == 'theirs':
            return self.mine[number]
        if tag == 'ours':
            return self.called.setdefault(number, Callback(self, number))
        raise Untransferable('a tag of no meaning')

    def write_raised(self, writer, error):
        kind = type(error)
        if not isinstance(error, Exception):
            kind, error = RuntimeError, RuntimeError(f'{kind.__name__}: {error}')
        known = kind if '_lab_' not in kind.__name__ and (kind in SHARED_NAMES or kind.__module__ in sys.modules) else RuntimeError
        args = []
        for each in error.args:
            try:
                args.append(writer.write(each))
            except Exception:
                # An argument that cannot be looked at.
                args.append('…')
        return [writer.write(known), [each if not is_reference(each) else '…' for each in args], str(error)]

    def outcome(self, writer, work):
        try:
            return {'value': writer.write(work())}
        except BaseException as error:
            return {'raised': self.write_raised(writer, error)}

    def answer(self, request):
        reader = Reader(request['nodes'], self.resolve)
        args = [reader.read(each) for each in request['args']]
        named = {name: reader.read(each) for name, each in request['named'].items()}
        known = reader.objects()
        writer = Writer(self.refer, known)
        outcome = self.outcome(writer, lambda: OPERATIONS[request['do']](self.mine[request['on']], args, named))
        states = [state if state != before else None for state, before in zip([writer.state(each) for each in known], request['nodes'])]
        return {**outcome, 'nodes': states + writer.nodes[len(known):], 'printed': taken(sys.stdout)}

    def load(self, request):
        writer = Writer(self.refer)

        def exports():
            module = self.module(request['path'], request['name'])
            names = [name for name in vars(module) if not name.startswith('__') and not isinstance(vars(module)[name], types.ModuleType)]
            return [[name, each] for name in names for each in self.exported(writer, vars(module)[name])]

        try:
            outcome = {'exports': exports()}
        except BaseException as error:
            outcome = {'raised': self.write_raised(writer, error)}
        return {**outcome, 'nodes': writer.nodes, 'printed': taken(sys.stdout)}

    def exported(self, writer, value):
        """What may be said of an export at every level; other objects only where objects cross."""
        written = writer.write(value)
        return [written] if not is_reference(written) or written[0] != 'object' or os.environ.get('LAB_BOUNDARY') == 'objects' else []

    def module(self, path, name):
        file = os.path.join(self.folder, path)
        try:
            found = importlib.import_module(name)
            if os.path.realpath(found.__file__ or '') == os.path.realpath(file):
                return found
        except ModuleNotFoundError as error:
            if error.name is None or not (name == error.name or name.startswith(f'{error.name}.')):
                raise
        spec = importlib.util.spec_from_file_location(name, file)
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def serve(self):
        while True:
            request = self.requests.receive()
            self.answers.send(self.load(request) if request['do'] == 'load' else self.answer(request))


class Callback:
    """A function of the tests, called across the boundary."""

    def __init__(self, host, number):
        self.host = host
        self.number = number

    def __call__(self, *args, **named):
        host = self.host
        writer = Writer(host.refer)
        written = [writer.write(each) for each in args]
        written_named = {name: writer.write(each) for name, each in named.items()}
        host.answers.send({'callback': self.number, 'args': written, 'named': written_named, 'nodes': writer.nodes})
        while True:
            message = host.callbacks.receive()
            if 'reply' not in message:
                host.answers.send(host.answer(message))
                continue
            reply = message['reply']
            reader = Reader(reply['nodes'], host.resolve, writer.objects)
            if 'raised' in reply:
                kind, raised_args, _text = reply['raised']
                raise reader.read(kind)(*(reader.read(each) for each in raised_args))
            return reader.read(reply['value'])


def is_reference(written):
    return isinstance(written, list) and written[0] in ('object', 'class', 'function', 'iterator', 'ours')


def taken(printed):
    """What was printed since the last answer."""
    if not isinstance(printed, io.StringIO):
        return ''
    text = printed.getvalue()
    printed.seek(0)
    printed.truncate()
    return text


def held(value, _args, _named):
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, '__slots__', ())]
    return {**{name: getattr(value, name) for name in slots if hasattr(value, name)}, **getattr(value, '__dict__', {})}


def step(value, _args, _named):
    for each in value:
        return [each]
    return []


OPERATIONS = {
    'call': lambda value, args, named: value(*args, **named),
    'method': lambda value, args, named: getattr(value, args[0])(*args[1:], **named),
    'get': lambda value, args, named: getattr(value, args[0]),
    'set': lambda value, args, named: setattr(value, *args),
    'delete': lambda value, args, named: delattr(value, args[0]),
    'dir': lambda value, args, named: dir(value),
    'held': held,
    'next': step,
}


def main():
    pipes, folder, *paths = sys.argv[1:]
    sys.argv = [sys.argv[0]]
    sys.path[:0] = paths
    sys.stdout = io.StringIO()
    Host(pipes, folder).serve()


if __name__ == '__main__':
    main()
