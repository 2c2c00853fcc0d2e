"""Files of a run directory: JSON replaced whole, lines appended, nothing written through a link."""

from __future__ import annotations

import errno
import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rollout_lab.errors import LabError

MOST_LINE_BYTES = 16 * 1024 * 1024
"""Longer lines are not read by the trainer."""
PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
"""Links are not followed, and Windows writes newlines as they are."""

_FAULTS = {
    errno.ENOSPC: ("disk-full", "the disk is full", "Free some space; what was recorded before is kept."),
    errno.EDQUOT: ("disk-full", "the disk quota is used up", "Free some space; what was recorded before is kept."),
    errno.EROFS: ("read-only", "the file system is read-only", "Choose a folder that can be written to."),
    errno.EACCES: (
        "no-permission",
        "access is denied",
        "Give your user write permission on the folder, or choose another.",
    ),
    errno.ELOOP: (
        "link",
        "it is a symbolic link",
        "Replace the link by the file itself: links in a run directory are never followed.",
    ),
}


@contextmanager
def on_disk(place: Path) -> Iterator[None]:
    """A system error within becomes a LabError that names the place and says what to do."""
    try:
        yield
    except OSError as error:
        code, problem, remedy = _FAULTS.get(
            error.errno or 0, ("io-error", str(error.strerror or error), "Check the disk and the folder.")
        )
        raise LabError("store", code, f"{place}: {problem}", str(place), remedy=remedy) from error


def json_line(record: dict[str, Any]) -> bytes:
    """The line of a record, newline included. The record must hold clean text and finite numbers."""
    return json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"


def replace_json(place: Path, record: dict[str, Any]) -> None:
    """Writes a record as a file of its own; readers see the old one or the new one, whole."""
    draft = place.with_name(f"{place.name}.{os.getpid()}")
    with on_disk(place):
        draft.unlink(missing_ok=True)
        try:
            write_new(draft, (json.dumps(record, ensure_ascii=False, allow_nan=False, indent=2) + "\n").encode())
            os.replace(draft, place)
        except OSError:
            draft.unlink(missing_ok=True)
            raise


def write_new(place: Path, content: bytes) -> None:
    """Makes a file that must not exist yet, forced to the disk."""
    file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | PLAIN, 0o644)
    try:
        write_all(file, content)
        os.fsync(file)
    finally:
        os.close(file)


def write_all(file: int, content: bytes) -> None:
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(file, rest) :]


def sync_folder(folder: Path) -> None:
    """Forces names to the disk, where the system can."""
    if os.name == "nt":
        return
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def is_plain_file(place: Path) -> bool:
    """Whether a plain file lies there; false where nothing does. @raises LabError `not-plain` for links."""
    try:
        mode = os.lstat(place).st_mode
    except FileNotFoundError:
        return False
    if stat.S_ISREG(mode):
        return True
    raise LabError(
        "store",
        "not-plain",
        f"{place} is not a plain file",
        str(place),
        remedy="Move it away: links in a run directory are never followed.",
    )


def require_folder(place: Path) -> None:
    """Makes the folder where it is absent. @raises LabError `not-plain` for links and the like."""
    with on_disk(place):
        try:
            os.mkdir(place)
        except FileExistsError:
            if stat.S_ISDIR(os.lstat(place).st_mode):
                return
            raise LabError(
                "store",
                "not-plain",
                f"{place} is no folder",
                str(place),
                remedy="Move it away: links in a run directory are never followed.",
            ) from None


class LineFile:
    """Appends records to a JSONL file. Once `append` has returned, a killed process does not lose them."""

    def __init__(self, place: Path) -> None:
        self.place = place
        is_plain_file(place)
        with on_disk(place):
            self._file = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT | PLAIN, 0o644)
            self._size = os.fstat(self._file).st_size

    def append(self, records: Iterable[dict[str, Any]]) -> None:
        self.append_lines([json_line(record) for record in records])

    def append_lines(self, lines: list[bytes]) -> None:
        content = b"".join(lines)
        with on_disk(self.place):
            try:
                write_all(self._file, content)
            except OSError:
                # Half a line must not stand before the next one.
                os.ftruncate(self._file, self._size)
                raise
            self._size += len(content)

    def sync(self) -> None:
        with on_disk(self.place):
            os.fsync(self._file)

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def read_lines(place: Path) -> list[dict[str, Any]]:
    """The records of a JSONL file; a torn last line and damaged ones are left out."""
    if not is_plain_file(place):
        return []
    records = []
    with on_disk(place), place.open("rb") as lines:
        for line in lines:
            try:
                record = json.loads(line)
            except ValueError:
                continue
            if isinstance(record, dict):
                records.append(record)
    return records


def cut_torn_line(place: Path) -> None:
    """Makes the file of an earlier process fit to append to: what stands after its last newline is cut off."""
    if not is_plain_file(place):
        return
    with on_disk(place), place.open("r+b") as file:
        end = file.seek(0, os.SEEK_END)
        while end > 0:
            start = max(0, end - 65536)
            file.seek(start)
            newline = file.read(end - start).rfind(b"\n")
            if newline >= 0:
                file.truncate(start + newline + 1)
                return
            end = start
        file.truncate(0)
