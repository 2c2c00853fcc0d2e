"""Which classes of exceptions that the candidate raises are the tests' own.

A runner swallows exceptions of its own classes or takes them for a skipped test, a library of properties for an input that does not
count, and a loop ends at some without a word: whoever may raise these decides the verdict. So a class is one's own only where it tells
what went wrong: the language's, some of its library's, and those of the project's own files that a candidate is given. All others
become classes that nobody else knows. A test that catches an ordinary exception itself is not covered.
"""
import os
import re
import sys

ROOT = os.path.realpath(os.environ.get('LAB_TESTS') or os.getcwd())
# Modules of the standard library that raise these for wrong input.
STANDARD = frozenset((
    'json.decoder', 'decimal', 'statistics', 'binascii', 'struct', 'zlib', 'zipfile', 'tarfile', '_lzma', '_csv', 'configparser', 'sqlite3', 'subprocess',
    'tomllib', 'xml.etree.ElementTree', 'urllib.error', 'dataclasses', 're', 're._constants', 'ipaddress', 'zoneinfo._common', '_pickle', 'shutil',
    'calendar', 'argparse', 'email.errors', 'http.client', 'ssl', 'socket', 'copy'
))
# Packages that run tests or schedule them: what derives from theirs is nobody's own.
RUNNERS = frozenset((
    'unittest', 'unittest2', '_pytest', 'pytest', 'pluggy', 'hypothesis', 'doctest', 'asyncio', 'concurrent', 'trio', 'anyio', 'twisted', 'nose', 'nose2',
    'testtools', 'behave'
))
# What a candidate is not given, as `isTestFile` says it.
TEST_FILE = re.compile(r'(^|/)(tests?|specs?|fixtures)/|(^|/)test_[^/]*\.py$|_test\.py$|(^|/)conftest\.py$')
INSTALLED = re.compile(r'(^|/)(site-packages|dist-packages|node_modules|\.?venv)/')
QUIET = (StopIteration, StopAsyncIteration)


def own_exception(module, name):
    """The tests' own class of an exception that both sides know; None where it is not theirs to share."""
    kind = vars(sys.modules[module]).get(name) if module in sys.modules else None
    if not isinstance(kind, type) or not issubclass(kind, Exception) or '_lab_class' in vars(kind) or kind.__module__ != module:
        return None
    tells = (module in STANDARD and not name.startswith('_')) or is_projects(module)
    return kind if tells and not any(is_runners(base) for base in kind.__mro__) else None


def is_projects(module):
    """Whether its file is one of the project that a candidate is given as well."""
    file = os.path.realpath(getattr(sys.modules[module], '__file__', None) or os.sep)
    if not file.startswith(ROOT + os.sep):
        return False
    place = os.path.relpath(file, ROOT).replace(os.sep, '/')
    return not TEST_FILE.search(place) and not INSTALLED.search(place)


def is_runners(kind):
    return str(kind.__module__).partition('.')[0] in RUNNERS


def ends_loops(kind):
    """Whether an iteration takes it for its end."""
    return issubclass(kind, QUIET)
