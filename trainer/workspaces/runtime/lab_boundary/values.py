"""Values that cross between the tests' process and the candidate's.

A tree of tagged JSON over a flat table of nodes, so that cycles, shared objects and changes to arguments survive. Only values of
exactly the built-in types are copied; everything else stays where it is and is named by a number, so that an object with an `__eq__`
of its own never takes part in a comparison of the tests. Hostile on both ends: nothing here runs what it reads.
"""
import base64
import builtins
import datetime
import decimal
import fractions
import pathlib

MOST_NODES = 200_000
PLAIN = (bool, str, float)
SHARED = {name: kind for name, kind in vars(builtins).items() if isinstance(kind, type) and (issubclass(kind, Exception) or kind in (
    bool, int, float, str, bytes, list, tuple, dict, set, frozenset, object, type(None)) or kind is BaseException)}
SHARED_NAMES = {kind: name for name, kind in SHARED.items()}
PATHS = {kind.__name__: kind for kind in (pathlib.PurePosixPath, pathlib.PosixPath, pathlib.PureWindowsPath)}


class Untransferable(Exception):
    """A value that cannot cross."""


class Writer:
    """Writes values into one table. `refer(value)` names what is not data, or raises."""

    def __init__(self, refer, known=()):
        self.refer = refer
        self.objects = list(known)
        self.nodes = [None] * len(self.objects)
        self.numbers = {id(each): number for number, each in enumerate(self.objects)}

    def write(self, value):
        kind = type(value)
        if value is None or kind in PLAIN:
            return value
        if kind is int:
            return value if abs(value) < 2**53 else ['int', hex(value)]
        text = text_of(kind, value)
        if text is not None:
            return text
        if kind in NODE_WRITERS:
            return ['node', self.number(value)]
        if isinstance(value, type) and value in SHARED_NAMES:
            return ['shared', SHARED_NAMES[value]]
        return self.refer(self, value)

    def number(self, value):
        if id(value) in self.numbers:
            return self.numbers[id(value)]
        if len(self.nodes) >= MOST_NODES:
            raise Untransferable(f'a value of more than {MOST_NODES} parts')
        number = self.numbers[id(value)] = len(self.nodes)
        self.nodes.append(None)
        self.objects.append(value)
        self.nodes[number] = self.state(value)
        return number

    def state(self, value):
        return NODE_WRITERS[type(value)](self.write, value)


def text_of(kind, value):
    """The tag of a value that has a text and no parts; None where it is of no such type."""
    if kind is bytes:
        return ['bytes', base64.b64encode(value).decode()]
    if kind is complex:
        return ['complex', value.real, value.imag]
    if kind is decimal.Decimal:
        return ['decimal', str(value)]
    if kind is fractions.Fraction:
        return ['fraction', hex(value.numerator), hex(value.denominator)]
    if kind is range:
        return ['range', hex(value.start), hex(value.stop), hex(value.step)]
    if kind in (datetime.datetime, datetime.date, datetime.time) and getattr(value, 'tzinfo', None) in (None, datetime.timezone.utc):
        return [kind.__name__, value.isoformat()]
    if kind is datetime.timedelta:
        return ['timedelta', value.days, value.seconds, value.microseconds]
    if kind in PATHS.values():
        return ['path', kind.__name__, str(value)]
    return None


NODE_WRITERS = {
    list: lambda write, value: ['list', [write(each) for each in value]],
    tuple: lambda write, value: ['tuple', [write(each) for each in value]],
    set: lambda write, value: ['set', [write(each) for each in value]],
    frozenset: lambda write, value: ['frozenset', [write(each) for each in value]],
    bytearray: lambda write, value: ['bytearray', base64.b64encode(value).decode()],
    dict: lambda write, value: ['dict', [[write(key), write(held)] for key, held in value.items()]],
}

TEXT_READERS = {
    'int': lambda text: int(text, 16),
    'bytes': lambda text: base64.b64decode(text),
    'complex': complex,
    'decimal': decimal.Decimal,
    'fraction': lambda top, bottom: fractions.Fraction(int(top, 16), int(bottom, 16)),
    'range': lambda *ends: range(*(int(end, 16) for end in ends)),
    'datetime': datetime.datetime.fromisoformat,
    'date': datetime.date.fromisoformat,
    'time': datetime.time.fromisoformat,
    'timedelta': lambda days, seconds, micro: datetime.timedelta(days, seconds, micro),
    'path': lambda kind, text: PATHS[kind](text),
    'shared': lambda name: SHARED[name],
}

EMPTY = {'list': list, 'set': set, 'dict': dict, 'bytearray': bytearray}


class Reader:
    """Reads values. The first nodes stand for `known`, one's own objects: their state is replaced by what came."""

    def __init__(self, nodes, resolve, known=()):
        if not isinstance(nodes, list) or len(nodes) > MOST_NODES:
            raise Untransferable('a table that is none')
        self.nodes = nodes
        self.resolve = resolve
        self.made = dict(enumerate(known))
        for number, value in enumerate(known):
            if number < len(nodes) and nodes[number] is not None:
                self.refill(value, nodes[number])

    def read(self, value):
        if not isinstance(value, list):
            return value
        tag, *rest = value
        if tag == 'node':
            return self.node(rest[0])
        if tag in TEXT_READERS:
            return TEXT_READERS[tag](*rest)
        return self.resolve(self, tag, *rest)

    def node(self, number):
        if number in self.made:
            return self.made[number]
        if not isinstance(number, int) or not 0 <= number < len(self.nodes):
            raise Untransferable('a node that is none')
        kind, content = self.nodes[number]
        if kind in EMPTY:
            made = self.made[number] = EMPTY[kind]()
            self.fill(made, kind, content)
            return made
        self.made[number] = (tuple if kind == 'tuple' else frozenset)(self.read(each) for each in content)
        return self.made[number]

    def objects(self):
        return [self.node(number) for number in range(len(self.nodes))]

    def fill(self, made, kind, content):
        if kind == 'list':
            made.extend(self.read(each) for each in content)
        elif kind == 'set':
            made.update(self.read(each) for each in content)
        elif kind == 'bytearray':
            made.extend(base64.b64decode(content))
        else:
            made.update((self.read(key), self.read(held)) for key, held in content)

    def refill(self, value, node):
        kind, content = node
        if type(value).__name__ != kind:
            raise Untransferable('an argument that became something else')
        if kind in EMPTY:
            value.clear()
            self.fill(value, kind, content)
