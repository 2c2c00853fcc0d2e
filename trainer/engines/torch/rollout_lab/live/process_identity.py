"""Who a process is, in the words of the trainer's `processIdentity.ts`: a pid is used again, a pid with its start time
is not."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path


def own_identity() -> dict[str, object]:
    started = start_time(os.getpid())
    return {"host": socket.gethostname(), "pid": os.getpid(), **({} if started is None else {"startedAt": started})}


def is_running(host: str, pid: int, started_at: str | None) -> bool | None:
    """Whether the process still runs; None = it is on another machine, which cannot be told from here."""
    if host != socket.gethostname():
        return None
    if not _exists(pid) or _is_zombie(pid):
        return False
    now = start_time(pid)
    return now is None or started_at is None or now == started_at


def start_time(pid: int) -> str | None:
    """Opaque; None where the system does not tell, or the process has ended."""
    try:
        if sys.platform == "linux":
            boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
            return f"{boot}:{_linux_status(pid)[19]}"
        if sys.platform == "win32":
            query = f"(Get-Process -Id {int(pid)}).StartTime.ToFileTimeUtc()"
            return _ask(["powershell.exe", "-NoProfile", "-NonInteractive", "-Command", query])
        return _ask(["ps", "-o", "lstart=", "-p", str(pid)])
    except (OSError, IndexError, subprocess.SubprocessError):
        return None


def _exists(pid: int) -> bool:
    if pid <= 0:
        return False
    if sys.platform == "win32":
        # Signal 0 would end a process of Windows.
        return start_time(pid) is not None
    try:
        os.kill(pid, 0)
    except PermissionError:
        return True
    except (OSError, OverflowError):
        return False
    return True


def _linux_status(pid: int) -> list[str]:
    """Fields 3 and on of stat. The second one, the command's name, may itself hold spaces and parentheses."""
    stat = Path(f"/proc/{pid}/stat").read_text(errors="replace")
    return stat[stat.rindex(")") + 2 :].split()


def _is_zombie(pid: int) -> bool:
    """Ended, and kept in the list by a parent that has not asked how."""
    if sys.platform != "linux":
        return False
    try:
        return _linux_status(pid)[0] == "Z"
    except (OSError, IndexError, ValueError):
        return True


def _ask(command: list[str]) -> str:
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    answer = subprocess.run(
        command, capture_output=True, text=True, timeout=10, check=True, env=environment, stdin=subprocess.DEVNULL
    )
    return answer.stdout.strip()
