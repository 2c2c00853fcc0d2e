"""Stand-ins in the tests' process for things of the candidate's.

A comparison with a value of the tests is never theirs to decide, and an operator answers for one only where the original needs that:
`abs(got - expected) < 1e-9` and `expected in got` would be whatever it says. What a stand-in says of itself, its length or its number, is
asked for, as data is.
"""

OPERATORS = (
    '__add__', '__radd__', '__sub__', '__rsub__', '__mul__', '__rmul__', '__truediv__', '__floordiv__', '__mod__', '__pow__', '__and__', '__or__', '__xor__',
    '__lshift__', '__rshift__', '__matmul__', '__iadd__', '__isub__'
)
FORWARDED = (
    '__call__', '__len__', '__iter__', '__next__', '__getitem__', '__setitem__', '__delitem__', '__contains__', '__enter__', '__exit__', '__str__', '__repr__',
    '__bool__', '__int__', '__float__', '__index__', '__neg__', '__abs__', '__invert__', *OPERATORS
)
COMPARED = ('__lt__', '__le__', '__gt__', '__ge__')
# Of names that Python gives a meaning to, those that only describe: by others libraries ask a value to stand for an array of theirs.
DESCRIBING = ('__name__', '__qualname__', '__doc__')


class Remote:
    """Something of the candidate's that is not data. It equals another by what it holds, whatever its own `__eq__` says."""

    @staticmethod
    def stand_in(kind, client, number):
        made = object.__new__(kind)
        object.__setattr__(made, '_lab_client', client)
        object.__setattr__(made, '_lab_number', number)
        return made

    def __getattr__(self, name):
        if name.startswith('_lab_') or (name.startswith('__') and name.endswith('__') and name not in DESCRIBING):
            raise AttributeError(name)
        return self._lab_client.operate('get', self._lab_number, [name])

    def __setattr__(self, name, value):
        self._lab_client.operate('set', self._lab_number, [name, value])

    def __delattr__(self, name):
        self._lab_client.operate('delete', self._lab_number, [name])

    def __dir__(self):
        return self._lab_client.operate('dir', self._lab_number)

    def __eq__(self, other):
        if self is other:
            return True
        if not isinstance(other, Remote) or type(self) is not type(other) or isinstance(self, RemoteFunction):
            return False
        return self._lab_client.operate('held', self._lab_number) == other._lab_client.operate('held', other._lab_number)

    def __hash__(self):
        return hash(self._lab_number)


class RemoteFunction(Remote):
    """A function of the candidate's."""

    def __call__(self, *args, **named):
        return self._lab_client.operate('call', self._lab_number, args, named)


class RemoteType(type):
    """The type of classes of the candidate's: what a class holds is asked for."""

    def __getattr__(cls, name):
        if name.startswith('_'):
            raise AttributeError(name)
        return cls._lab_client.operate('get', cls._lab_class, [name])


def class_of(client, number, name, bases, methods):
    """A real class, so that `except`, `isinstance` and `pytest.raises` work."""
    space = {'_lab_class': number, '_lab_client': client, '__module__': 'candidate'}
    if any(isinstance(base, type) and issubclass(base, BaseException) for base in bases):
        return type(name, bases, {**space, '__str__': lambda self: vars(self).get('_lab_text') or Exception.__str__(self)})
    space['__new__'] = lambda cls, *args, **named: client.operate('call', cls._lab_class, args, named)
    space['__init__'] = lambda self, *args, **named: None
    space.update({method: forwarded(method) for method in FORWARDED if method in methods})
    space.update({method: compare(method) for method in COMPARED if method in methods})
    remote_bases = tuple(base for base in bases if isinstance(base, RemoteType)) or (Remote,)
    return RemoteType(name, remote_bases, space)


def forwarded(method):
    return operator(method) if method in OPERATORS else {'__contains__': contains, '__exit__': leave}.get(method) or forward(method)


def forward(method):
    return lambda self, *args, **named: self._lab_client.operate('method', self._lab_number, [method, *args], named)


def may_operate(self, method, other):
    """Among things of the candidate's own class, or where the original has it answer for the tests' values."""
    return type(other) is type(self) or self._lab_client.needs.may_operate(method, self._lab_client.roots_of(self))


def operator(method):
    def operated(self, other, *more):
        return forward(method)(self, other, *more) if may_operate(self, method, other) else NotImplemented
    return operated


def contains(self, other):
    """Where it may not say so itself, by what it holds."""
    if may_operate(self, '__contains__', other):
        return forward('__contains__')(self, other)
    return any(each is other or each == other for each in iter(self))


def leave(self, *exception):
    """Never swallows what was raised within: an assertion of the tests, for one."""
    forward('__exit__')(self, *exception)


def compare(method):
    """Only among things of the candidate's own class: it never says how it stands to a value of the tests."""
    def compared(self, other):
        return self._lab_client.operate('method', self._lab_number, [method, other]) if type(other) is type(self) else NotImplemented
    return compared
