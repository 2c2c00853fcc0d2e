from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from rollout_lab.errors import LabError
from rollout_lab.live.process_identity import is_running, own_identity, start_time
from rollout_lab.live.run_lock import RunLock


def lock_of(pid: int, **more: object) -> str:
    return json.dumps({"version": 1, **own_identity(), "pid": pid, "token": "x", **more})


def ended_process() -> int:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    return child.pid


def test_is_held_by_one_until_released(tmp_path: Path) -> None:
    first = RunLock(tmp_path)
    with pytest.raises(LabError) as refused:
        RunLock(tmp_path)
    assert refused.value.code == "run-in-use" and str(os.getpid()) in refused.value.message
    first.release()
    RunLock(tmp_path).release()
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("content", ["", "{", '{"pid":"1"}', "[]"])
def test_a_lock_that_is_not_whole_is_taken_over(tmp_path: Path, content: str) -> None:
    (tmp_path / "run.lock").write_text(content)
    RunLock(tmp_path)


def test_the_lock_of_an_ended_process_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text(lock_of(ended_process()))
    lock = RunLock(tmp_path)
    assert json.loads((tmp_path / "run.lock").read_text())["pid"] == os.getpid()
    lock.release()


def test_a_pid_that_is_used_again_holds_nothing(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text(lock_of(os.getpid(), startedAt="another boot:1"))
    RunLock(tmp_path)


def test_a_lock_of_another_machine_is_respected(tmp_path: Path) -> None:
    (tmp_path / "run.lock").write_text(lock_of(1, host="elsewhere"))
    with pytest.raises(LabError, match="another machine") as refused:
        RunLock(tmp_path)
    assert "remove" in refused.value.remedy


def test_only_the_own_lock_is_released(tmp_path: Path) -> None:
    lock = RunLock(tmp_path)
    (tmp_path / "run.lock").write_text(lock_of(1))
    lock.release()
    assert (tmp_path / "run.lock").exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("")
    (tmp_path / "run.lock").symlink_to(tmp_path / "target")
    with pytest.raises(LabError, match="not a plain file"):
        RunLock(tmp_path)


def test_processes_are_told_apart() -> None:
    host = str(own_identity()["host"])
    assert is_running(host, os.getpid(), start_time(os.getpid())) is True
    assert is_running(host, ended_process(), None) is False
    assert is_running("elsewhere", 1, None) is None
    assert is_running(host, -1, None) is False
