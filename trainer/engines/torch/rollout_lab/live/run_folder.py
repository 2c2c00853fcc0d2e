"""Making a run directory, or taking up one that an earlier process recorded."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rollout_lab.errors import LabError
from rollout_lab.live.clean_values import count, finite
from rollout_lab.live.disk import cut_torn_line, is_plain_file, on_disk, replace_json, require_folder, sync_folder
from rollout_lab.live.run_lock import RunLock
from rollout_lab.live.run_record import RunTerms, default_folder, new_run_id, now, run_record
from rollout_lab.live.step_file import recover_steps


@dataclass(frozen=True)
class RunFolder:
    """A run directory that this process may write to."""

    directory: Path
    run_id: str
    lock: RunLock
    resumed: bool
    step: int
    """Steps that an earlier process finished."""
    seconds: float
    """Wall seconds that it used."""


def open_run_folder(folder: str | os.PathLike[str] | None, terms: RunTerms, go_on: bool) -> RunFolder:
    """@raises LabError `run-exists`, `run-in-use`, `not-recorded`, `compacted`, or what the disk says."""
    run_id = new_run_id()
    wanted = default_folder(Path.cwd(), terms, run_id) if folder is None else Path(folder)
    with on_disk(wanted):
        wanted.mkdir(parents=True, exist_ok=True)
        directory = wanted.resolve()
    lock = RunLock(directory)
    try:
        if go_on and is_plain_file(directory / "run.json"):
            return _taken_up(directory, lock)
        return _made(directory, run_id, terms, lock)
    except BaseException:
        lock.release()
        raise


def _made(directory: Path, run_id: str, terms: RunTerms, lock: RunLock) -> RunFolder:
    if any(name != "run.lock" for name in os.listdir(directory)):
        raise LabError(
            "store",
            "run-exists",
            f"{directory} exists already and is not empty",
            str(directory),
            remedy="Give the run a folder of its own, or go_on=True to go on with a recorded one.",
        )
    replace_json(directory / "run.json", run_record(terms, run_id, now(), sys.argv[0] or "python"))
    require_folder(directory / "rollouts")
    with on_disk(directory):
        sync_folder(directory)
    return RunFolder(directory, run_id, lock, False, 0, 0.0)


def _taken_up(directory: Path, lock: RunLock) -> RunFolder:
    record = _json(directory / "run.json")
    if not isinstance(record.get("recorded"), dict) or not isinstance(record.get("runId"), str):
        raise LabError(
            "store",
            "not-recorded",
            f"{directory} is a run of Rollout Lab's own trainer",
            str(directory),
            remedy="Go on with it by `lab resume`, or give this run a folder of its own.",
        )
    rollouts = directory / "rollouts"
    require_folder(rollouts)
    with on_disk(rollouts):
        if any(rollouts.glob("shard-*.parquet")):
            raise LabError(
                "store",
                "compacted",
                f"{directory} was compacted: its steps cannot be done again",
                str(directory),
                remedy="Give this run a folder of its own.",
            )
        recover_steps(rollouts)
    cut_torn_line(directory / "metrics.jsonl")
    cut_torn_line(directory / "events.jsonl")
    state = _json(directory / "state.json")
    return RunFolder(
        directory, record["runId"], lock, True, count(state.get("step")) or 0, finite(state.get("seconds")) or 0.0
    )


def _json(place: Path) -> dict[str, Any]:
    """The record of a file; empty where there is none that can be read."""
    if not is_plain_file(place):
        return {}
    try:
        record = json.loads(place.read_bytes())
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}
