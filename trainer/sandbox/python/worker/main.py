"""Entry of a worker: `python main.py <namespaces|plain> <warm|once> <uid, 0 = keep> [seccomp program, base64]`. Requests come on standard input, outcomes go to standard output."""
import base64
import builtins
import os
import site
import socket
import sys

# Started by path, with no other folder of the user's in front of the standard library.
sys.path[0] = os.path.dirname(os.path.abspath(__file__))

import forker
import system
from confinement import Confinement

# Descriptors that the forker's are received above, so that a candidate's places 0 to 4 are free to fill.
CHANNEL = 9
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


def main(mode, warm, uid, syscall_filter):
    control_in, control_out = os.dup(0), os.dup(1)
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        ours.close()
        os.close(control_in)
        os.close(control_out)
        os.dup2(theirs.fileno(), CHANNEL)
        os.closerange(3, CHANNEL)
        for place in range(3, CHANNEL):
            os.dup2(0, place)
        theirs.detach()
        try:
            confinement = Confinement(mode, uid, system.Filter(syscall_filter) if syscall_filter else None)
            forker.serve(socket.socket(fileno=CHANNEL), confinement, warm)
        finally:
            os._exit(0)
    theirs.close()
    # Only now: what the forker does not need would make each fork dearer.
    import process
    import supervisor
    if sys.platform == 'linux':
        # Neither traced nor looked into by a candidate of the same user.
        system.prctl(system.PR_SET_DUMPABLE, 0)
        # Where a candidate ends the forker, what it left behind is found here.
        system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)
    supervisor.serve(control_in, control_out, process.Machine(ours, pid, mode == 'namespaces'), uid)


add_packages()
speak_as_scripts_do()
main(sys.argv[1], sys.argv[2] == 'warm', int(sys.argv[3]), base64.b64decode(sys.argv[4] if len(sys.argv) > 4 else ''))
