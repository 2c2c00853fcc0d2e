"""The right to write to a run directory: the same `run.lock` that the trainer takes (`runLock.ts`)."""

from __future__ import annotations

import errno
import json
import os
import secrets
from pathlib import Path
from typing import Any

from rollout_lab.errors import LabError
from rollout_lab.live.disk import is_plain_file, on_disk, write_new
from rollout_lab.live.process_identity import is_running, own_identity

_NO_LINKS = {errno.EPERM, getattr(errno, "ENOTSUP", errno.EPERM), errno.ENOSYS}


class RunLock:
    """Held until released or until the process ends; the lock of a process that has ended is taken over."""

    def __init__(self, folder: Path) -> None:
        self._place = folder / "run.lock"
        self._token = secrets.token_hex(16)
        content = json.dumps({"version": 1, **own_identity(), "token": self._token}, separators=(",", ":")).encode()
        if self._claim(content):
            return
        self._remove_dead()
        if not self._claim(content):
            raise _in_use(self._place, "another process took it just now")

    def release(self) -> None:
        held = _read(self._place)
        if held is not None and held.get("token") == self._token:
            self._place.unlink(missing_ok=True)

    def _claim(self, content: bytes) -> bool:
        """Makes the lock file with its whole content at once, by a link to a file already written; false where there
        is one."""
        draft = self._place.with_name(f"run.lock.{self._token}")
        with on_disk(self._place):
            write_new(draft, content)
            try:
                os.link(draft, self._place)
                return True
            except FileExistsError:
                return False
            except OSError as error:
                if error.errno not in _NO_LINKS:
                    raise
                return self._claim_without_links(content)
            finally:
                draft.unlink(missing_ok=True)

    def _claim_without_links(self, content: bytes) -> bool:
        try:
            write_new(self._place, content)
            return True
        except FileExistsError:
            return False

    def _remove_dead(self) -> None:
        """Renaming is atomic: of two that judged the same lock dead, the one that moved another lock puts it back."""
        judged = _read(self._place)
        _require_dead(self._place, judged)
        moved = self._place.with_name(f"run.lock.{self._token}")
        with on_disk(self._place):
            try:
                os.rename(self._place, moved)
            except FileNotFoundError:
                return
            same = _read(moved) == judged
            if not same:
                os.link(moved, self._place)
            moved.unlink()
        if not same:
            raise _in_use(self._place, "another process took it just now")


def _read(place: Path) -> dict[str, Any] | None:
    """None where there is none, or it is not whole: its writer was killed while making it."""
    if not is_plain_file(place):
        return None
    try:
        record = json.loads(place.read_bytes()[:4096])
        return record if isinstance(record["pid"], int) and isinstance(record["host"], str) else None
    except (ValueError, KeyError, TypeError, FileNotFoundError):
        return None


def _require_dead(place: Path, record: dict[str, Any] | None) -> None:
    if record is None:
        return
    running = is_running(record["host"], record["pid"], record.get("startedAt"))
    if running is None:
        raise _in_use(
            place,
            f"process {record['pid']} on another machine holds it",
            f"If that process has ended, remove {place} and try again.",
        )
    if running:
        raise _in_use(place, f"process {record['pid']} is writing to it")


def _in_use(
    place: Path, why: str, remedy: str = "Stop the other process first, or give this run a folder of its own."
) -> LabError:
    return LabError(
        "store", "run-in-use", f"the run directory {place.parent} is in use: {why}", str(place), remedy=remedy
    )
