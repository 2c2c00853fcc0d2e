"""Folders that last no longer than the process that made them. The lock is the system's and ends with the process, however that ends,
and whatever process ids mean to those who share the memory (containers): what nobody has locked is left over, and is swept."""
from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

try:
    import fcntl
except ImportError:  # On Windows, where vLLM does not run: nothing is locked, and nothing swept.
    fcntl = None  # type: ignore[assignment]

PREFIX = "rollout-lab-vllm-"


class HeldFolder:
    """Empty, and this process's alone."""

    def __init__(self, parent: Path) -> None:
        self._lock: int | None = None
        while True:
            self.path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
            self._lock = _locked(self.path, wait=True)
            # A sweep may have come between.
            if self.path.is_dir():
                return
            self.remove()

    def remove(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def sweep(parent: Path) -> None:
    """Removes what processes of this user have left when they were killed."""
    for path in parent.glob(f"{PREFIX}*"):
        lock = _locked(path, wait=False)
        if lock is not None:
            shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _locked(folder: Path, wait: bool) -> int | None:
    """The open folder, locked; None where another process has it, it is no folder of this user, or its disk has no locks."""
    if fcntl is None:
        return None
    try:
        # Not through a link: anybody may write into folders for temporary files.
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        if os.fstat(opened).st_uid == os.getuid():
            fcntl.flock(opened, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            return opened
    except OSError:
        pass
    os.close(opened)
    return None
