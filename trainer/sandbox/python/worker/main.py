"""
Entry of a worker: `python main.py <namespaces|plain> <warm|once> <uid, 0 = keep> [seccomp programs of forker and candidate, base64]`.
Requests come on standard input, outcomes go to standard output.
"""
import base64
import builtins
import os
import site
import socket
import sys

# Started by path, with no other folder of the user's in front of the standard library.
sys.path[0] = os.path.dirname(os.path.abspath(__file__))

import confinement
import forker
import system
import users

# The one descriptor that the forker keeps, behind the places that it fills for candidates.
CHANNEL = forker.PLACES
# Digits, as graders read them (graders/specialValues.ts).
LONGEST_INTEGER = 20_000


def add_packages():
    """What is installed beside the standard library can be imported; what asks to be run at each start (`*.pth`) is not."""
    home = os.path.dirname(os.path.dirname(os.path.abspath(sys.executable)))
    if os.path.isfile(os.path.join(home, 'pyvenv.cfg')):
        sys.prefix = sys.exec_prefix = home
    sys.path += filter(os.path.isdir, site.getsitepackages([sys.prefix]))


def speak_as_scripts_do():
    """What programs find without an import: `site` is not run here. Integers are told as long as they are compared."""
    builtins.exit = builtins.quit = sys.exit
    if hasattr(sys, 'set_int_max_str_digits'):
        sys.set_int_max_str_digits(LONGEST_INTEGER)


def main(mode, warm, uid, programs):
    confinement.limit_all()
    control_in, control_out = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    ours, theirs = socket.socketpair()
    for_forker, for_candidate = [system.Filter(base64.b64decode(each)) for each in programs] or [None, None]
    kind = forker.Kind(mode == 'namespaces', warm, users.existing(uid), for_forker)
    pid = os.fork()
    if pid == 0:
        ours.close()
        os.dup2(theirs.detach(), CHANNEL)
        os.closerange(3, CHANNEL)
        os.closerange(CHANNEL + 1, 256)
        be_forker(kind)
    theirs.close()
    be_supervisor(kind, for_candidate, (ours, pid), (control_in, control_out))


def be_forker(kind):
    """Never returns."""
    try:
        forker.serve(socket.socket(fileno=CHANNEL), kind)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def be_supervisor(kind, candidate_filter, its_forker, control):
    """`its_forker`: the channel to it and its process id; `control`: where requests come from and outcomes go."""
    # Only now: what the forker does not need would make each fork dearer.
    import process
    import supervisor
    import watch
    if confinement.LINUX:
        # Neither traced nor looked into by a candidate of the same user.
        system.perform([system.prctl(system.PR_SET_DUMPABLE, 0)])
        # Where a candidate ends the forker, what it left behind is found here.
        system.perform([system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)])
    machine = process.Machine(*its_forker, kind.own_namespaces)
    machine.wait_until_ready()
    base_bytes = watch.address_space(machine.forker)
    supervisor.serve(*control, machine, confinement.Confinement(kind.own_namespaces, kind.uid, base_bytes, candidate_filter))


# It was for the loader: functions are looked up before processes are forked, not by each of them.
os.environ.pop('LD_BIND_NOW', None)
add_packages()
speak_as_scripts_do()
main(sys.argv[1], sys.argv[2] == 'warm', int(sys.argv[3]), sys.argv[4:])
