from __future__ import annotations

import os
from pathlib import Path

import pytest

from rollout_lab.devices import host_memory
from rollout_lab.devices.host_memory import free_host_bytes, host_bytes

MEMINFO = "MemTotal: 1000000 kB\nMemFree: 100000 kB\nMemAvailable: 400000 kB\nSwapFree: 50000 kB\nHugePages_Total: 0\n"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of a million pages of a kilobyte, 400,000 of them free, and 50,000 more in swap."""
    monkeypatch.setattr(host_memory, "PROCESS", tmp_path / "proc")
    monkeypatch.setattr(host_memory, "GROUPS", tmp_path / "groups")
    pages = {"SC_PAGE_SIZE": 1000, "SC_PHYS_PAGES": 1_024_000}
    monkeypatch.setattr(os, "sysconf", pages.__getitem__, raising=False)
    write(tmp_path / "proc", {"meminfo": MEMINFO, "self/cgroup": "0::/jobs/one\n"})
    return tmp_path


def write(folder: Path, files: dict[str, str]) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)


def test_a_machine_without_limits(machine: Path) -> None:
    assert (host_bytes(), free_host_bytes()) == (1_024_000_000, 450_000 * 1024)
    write(machine / "groups", {"jobs/one/memory.max": "max\n", "jobs/one/memory.current": "5\n"})
    assert (host_bytes(), free_host_bytes()) == (1_024_000_000, 450_000 * 1024)


def test_the_tightest_of_the_groups_counts(machine: Path) -> None:
    write(machine / "groups", {
        "jobs/one/memory.max": "300000000\n", "jobs/one/memory.current": "20000000\n",
        "jobs/memory.max": "200000000\n", "jobs/memory.current": "150000000\n", "jobs/memory.stat": "anon 9\nactive_file 10000000\ninactive_file 20000000\n"})
    assert (host_bytes(), free_host_bytes()) == (200_000_000, 80_000_000)


def test_a_group_that_is_over_its_limit(machine: Path) -> None:
    write(machine / "groups", {"jobs/one/memory.max": "100\n", "jobs/one/memory.current": "120\n"})
    assert free_host_bytes() == 0


def test_a_system_that_tells_nothing(machine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (machine / "proc" / "meminfo").unlink()
    (machine / "proc" / "self" / "cgroup").unlink()
    monkeypatch.delattr(os, "sysconf")
    assert (host_bytes(), free_host_bytes()) == (None, None)
