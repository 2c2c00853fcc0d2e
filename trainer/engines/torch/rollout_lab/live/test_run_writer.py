from __future__ import annotations

import errno
import json
import logging
import multiprocessing
import os
from pathlib import Path
from typing import Any

import pytest

from rollout_lab.errors import LabError
from rollout_lab.live import RunWriter, disk, step_file
from rollout_lab.live.disk import read_lines

ROWS: list[dict[str, Any]] = [
    {"prompt": "a", "completion": f"b{i}", "rewards": {"answer": i}, "advantage": i - 0.5, "tokens": [i]}
    for i in range(2)
]


def start(folder: Path, **more: Any) -> RunWriter:
    return RunWriter.start(folder / "run", name="loop", model="org/model", **more)


def state_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "run" / "state.json").read_text())


def test_lies_where_the_views_look(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = RunWriter.start(name="my löop/..", model="org/some model/")
    assert run.directory.parent == tmp_path / ".rollout-lab" / "runs"
    assert run.directory.name == f"my-lo-op--some-model--{run.run_id}"
    run.finish()


def test_groups_are_prompts_unless_they_are_told(tmp_path: Path) -> None:
    run = start(tmp_path)
    assert run.step(1, [{**ROWS[0], "prompt": prompt} for prompt in "abab"]) == [
        "t000001.1-000-00",
        "t000001.1-001-00",
        "t000001.1-000-01",
        "t000001.1-001-01",
    ]
    assert run.step(2, [{**ROWS[0], "group": group} for group in (7, 7, 9)]) == [
        "t000002.1-000-00",
        "t000002.1-000-01",
        "t000002.1-001-00",
    ]
    run.finish()


def fail_with(monkeypatch: pytest.MonkeyPatch, number: int, after: int = 0) -> None:
    """The disk writes `after` bytes more of each call and then refuses."""
    real = os.write

    def write(file: int, content: bytes) -> int:
        if after > 0 and len(content) > after:
            return real(file, content[:after])
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "write", write)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_disk_that_fails_ends_the_recording_and_not_the_training(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, number: int
) -> None:
    run = start(tmp_path)
    run.step(1, ROWS)
    whole = (tmp_path / "run" / "rollouts" / "step-000001.jsonl").read_bytes()
    with monkeypatch.context() as patched, caplog.at_level(logging.WARNING):
        fail_with(patched, number)
        assert run.step(2, ROWS) is None
        for step in range(3, 6):
            run.step(step, ROWS)
        run.finish()
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "stops recording" in caplog.text and "training goes on" in caplog.text
    assert not run.recording and not (tmp_path / "run" / "run.lock").exists()
    assert (tmp_path / "run" / "rollouts" / "step-000001.jsonl").read_bytes() == whole


def test_half_a_line_does_not_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = disk.LineFile(tmp_path / "lines.jsonl")
    lines.append([{"a": 1}])
    with monkeypatch.context() as patched:
        real, calls = os.write, []

        def write(file: int, content: bytes) -> int:
            calls.append(content)
            if len(calls) > 1:
                raise OSError(errno.ENOSPC, "full")
            return real(file, content[:3])

        patched.setattr(os, "write", write)
        with pytest.raises(LabError) as refused:
            lines.append([{"b": 2}])
    assert refused.value.code == "disk-full"
    lines.append([{"c": 3}])
    lines.close()
    assert (tmp_path / "lines.jsonl").read_bytes() == b'{"a":1}\n{"c":3}\n'


def test_a_step_that_cannot_be_sealed_stays_open_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = start(tmp_path)
    run.sampled(1, ROWS)

    def refuse(_place: Path, _content: bytes) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(step_file, "write_new", refuse)
    run.step(1)
    assert os.listdir(tmp_path / "run" / "rollouts") == ["open-000001.jsonl"]
    assert len(read_lines(tmp_path / "run" / "rollouts" / "open-000001.jsonl")) == 2
    assert state_of(tmp_path)["status"] == "failed"
    assert "Recording stopped, training went on" in state_of(tmp_path)["error"]["message"]


def test_a_caller_who_forgets_a_prompt_is_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    run = start(tmp_path)
    assert run.step(1, [{"completion": "b"}]) is None
    assert "has no prompt" in caplog.text and not run.recording


def test_a_forked_child_writes_nothing(tmp_path: Path) -> None:
    run = start(tmp_path)
    child = multiprocessing.get_context("fork").Process(target=lambda: (run.step(1, ROWS), run.finish()))
    child.start()
    child.join()
    assert child.exitcode == 0 and state_of(tmp_path)["status"] == "running" and run.recording
    run.finish()


def test_goes_on_with_its_own_runs_alone(tmp_path: Path) -> None:
    run = start(tmp_path)
    run.step(1, ROWS)
    run.step(2, ROWS)
    run.finish()
    with pytest.raises(LabError, match="exists already"):
        start(tmp_path)
    again = start(tmp_path, go_on=True)
    again.step(2, ROWS)
    again.finish()
    rows = read_lines(tmp_path / "run" / "rollouts" / "step-000002.jsonl")
    assert [(row["attempt"], row["superseded"]) for row in rows] == [(1, True), (1, True), (2, False), (2, False)]
    (tmp_path / "run" / "rollouts" / "shard-00000.parquet").touch()
    with pytest.raises(LabError) as refused:
        start(tmp_path, go_on=True)
    assert refused.value.code == "compacted" and not (tmp_path / "run" / "run.lock").exists()
    record = json.loads((tmp_path / "run" / "run.json").read_text())
    del record["recorded"]
    (tmp_path / "run" / "run.json").write_text(json.dumps(record))
    with pytest.raises(LabError) as refused:
        start(tmp_path, go_on=True)
    assert refused.value.code == "not-recorded"


@pytest.mark.parametrize("name", ["rollouts", "metrics.jsonl", "run.json"])
def test_links_are_not_followed(tmp_path: Path, name: str) -> None:
    start(tmp_path).finish()
    place, elsewhere = tmp_path / "run" / name, tmp_path / "elsewhere"
    place.rename(elsewhere)
    before = elsewhere.read_bytes() if elsewhere.is_file() else os.listdir(elsewhere)
    place.symlink_to(elsewhere)
    with pytest.raises(LabError) as refused:
        start(tmp_path, go_on=True)
    assert refused.value.code == "not-plain" and not (tmp_path / "run" / "run.lock").exists()
    assert before == (elsewhere.read_bytes() if elsewhere.is_file() else os.listdir(elsewhere))


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"gruopSize": 1}, "settings.gruopSize"),
        ({"groupSize": 0}, "settings.groupSize"),
        ({"sampling": {"topP": 2}}, "settings.sampling.topP"),
        ({"sampling": 1}, "settings.sampling"),
        ({"optimizer": {"learningRate": 0}}, "settings.optimizer.learningRate"),
        ({"groupSize": float("nan")}, "settings.groupSize"),
    ],
)
def test_settings_that_are_none_are_refused_at_the_start(tmp_path: Path, settings: dict[str, Any], place: str) -> None:
    with pytest.raises(LabError) as refused:
        start(tmp_path, settings=settings)
    assert refused.value.place == place and not (tmp_path / "run").exists()


def test_ends_by_itself_where_it_is_used_as_a_context(tmp_path: Path) -> None:
    with start(tmp_path) as run:
        run.sampled(1, ROWS)
    assert state_of(tmp_path)["status"] == "finished" and (tmp_path / "run" / "rollouts" / "step-000001.jsonl").exists()
    for number, (error, status) in enumerate(((KeyboardInterrupt, "stopped"), (ZeroDivisionError, "failed"))):
        (tmp_path / str(number)).mkdir()
        with pytest.raises(error), start(tmp_path / str(number)):
            raise error
        assert state_of(tmp_path / str(number))["status"] == status
