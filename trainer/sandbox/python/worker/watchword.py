"""
Notes attempts of the candidate to reach what is not its own, by Python's audit events. It notes, it does not guard: the namespaces
and limits do. A candidate that calls the kernel by itself is not seen here.
"""
import os
import sys

_PATH_EVENTS = {'open', 'os.listdir', 'os.scandir', 'os.chdir', 'os.remove', 'os.rename', 'os.rmdir', 'os.mkdir', 'os.link', 'os.symlink',
                'os.truncate', 'os.chmod', 'os.chown'}
_NETWORK_EVENTS = {'socket.connect', 'socket.bind', 'socket.sendto', 'socket.getaddrinfo', 'socket.gethostbyname'}
_MOST = 20


# Where nothing is anybody's secret; a candidate's own folder is below one of them.
_INSIDE = tuple(sorted({sys.prefix, sys.base_prefix, os.environ.get('TMPDIR', '/tmp'), '/usr', '/lib', '/lib64', '/bin', '/dev', '/tmp', os.path.dirname(os.path.abspath(__file__))}))


def install(tell):
    """Tells nothing before what it returns is called, in the candidate's own process; called again, it tells as often again."""
    # Bound now: names that the candidate replaces later change nothing here.
    left, own, normal, decode, tell_text = [0], [0], os.path.normpath, os.fsdecode, tell
    inside, paths, network = _INSIDE, _PATH_EVENTS, _NETWORK_EVENTS

    def note(what):
        left[0] -= 1
        tell_text(what[:300])

    def hook(event, arguments):
        if left[0] <= 0:
            return
        if event in paths:
            path = arguments[0]
            if isinstance(path, (str, bytes)):
                path = normal(decode(path))
                if (path[:1] == '/' or path[:2] == '..') and not path.startswith(inside) and not _needless(path):
                    note('%s of %s' % (event, path))
        elif event in network:
            note('%s to %.100r' % (event, arguments[-1]))
        elif event == 'os.kill' and arguments[0] not in (own[0], 0):
            note('a signal to process %.20r' % (arguments[0],))

    def begin():
        left[0], own[0] = _MOST, os.getpid()

    sys.addaudithook(hook)
    return begin


def _needless(path):
    """What the standard library looks at on its own."""
    return path in ('/', '/etc/localtime', '/etc/mime.types') or path.startswith('/etc/ssl')
