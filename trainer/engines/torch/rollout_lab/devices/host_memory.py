"""Memory of the machine itself, as far as this process may have it. Only Linux tells what is free and what a container is granted."""
from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

PROCESS = Path("/proc")
GROUPS = Path("/sys/fs/cgroup")
"""Control groups (version 2), by which containers and batch systems grant memory."""


def host_bytes() -> int | None:
    """What this process may have at most; None where the system does not tell."""
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else None
    granted = [limit for group in _groups() if (limit := _number(group / "memory.max")) is not None]
    return min([*granted, *([] if physical is None else [physical])], default=None)


def free_host_bytes() -> int | None:
    """What it can have now, swap included; None where the system does not tell."""
    told = _table(PROCESS / "meminfo")
    if "MemAvailable:" not in told:
        return None
    free = 1024 * (told["MemAvailable:"] + told.get("SwapFree:", 0))
    return max(0, min([free, *(left for group in _groups() if (left := _left(group)) is not None)]))


def _left(group: Path) -> int | None:
    """Of what a group is granted. Files that it has read give way."""
    limit, used = _number(group / "memory.max"), _number(group / "memory.current")
    if limit is None or used is None:
        return None
    told = _table(group / "memory.stat")
    return limit - used + told.get("active_file", 0) + told.get("inactive_file", 0)


def _groups() -> Iterator[Path]:
    """This process's and those around it."""
    line = next((each for each in _text(PROCESS / "self" / "cgroup").splitlines() if each.startswith("0::/")), None)
    if line is not None:
        own = GROUPS / line.removeprefix("0::/")
        yield from (each for each in (own, *own.parents) if each.is_relative_to(GROUPS))


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""


def _number(file: Path) -> int | None:
    """None for "max" too."""
    text = _text(file).strip()
    return int(text) if text.isdigit() else None


def _table(file: Path) -> dict[str, int]:
    rows = [line.split() for line in _text(file).splitlines()]
    return {row[0]: int(row[1]) for row in rows if len(row) > 1 and row[1].isdigit()}
