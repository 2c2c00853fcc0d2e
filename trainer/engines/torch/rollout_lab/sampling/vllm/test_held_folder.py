from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("fcntl")

from rollout_lab.sampling.vllm import held_folder
from rollout_lab.sampling.vllm.held_folder import PREFIX, HeldFolder, sweep

KILLED = """
import os, sys
from pathlib import Path
from rollout_lab.sampling.vllm.held_folder import HeldFolder
(HeldFolder(Path(sys.argv[1])).path / "model.safetensors").write_bytes(b"weights")
os._exit(1)
"""


def leave_one(parent: Path) -> None:
    package = Path(held_folder.__file__).parents[3]
    assert subprocess.run([sys.executable, "-c", KILLED, str(parent)], env={"PYTHONPATH": str(package)}).returncode == 1


def test_what_ended_processes_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    leave_one(tmp_path)
    assert len(list(tmp_path.iterdir())) == 1
    held = HeldFolder(tmp_path)
    (tmp_path / "of another program").mkdir()
    precious = tmp_path / "precious"
    precious.mkdir()
    (tmp_path / f"{PREFIX}link").symlink_to(precious)
    (tmp_path / f"{PREFIX}file").write_text("")
    sweep(tmp_path)
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {held.path.name, "of another program", "precious", f"{PREFIX}link", f"{PREFIX}file"}
    held.remove()
    assert not held.path.exists()


def test_a_folder_that_was_swept_before_it_was_held_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, taken = held_folder._locked, []

    def late(folder: Path, wait: bool) -> int | None:
        if not taken:
            taken.append(folder)
            folder.rmdir()
        return real(folder, wait)

    monkeypatch.setattr(held_folder, "_locked", late)
    held = HeldFolder(tmp_path)
    assert taken and held.path.is_dir() and held.path not in taken
    held.remove()


def test_there_may_be_nothing_to_sweep(tmp_path: Path) -> None:
    sweep(tmp_path / "missing")
