"""What a recorded run says of itself beside its rollouts: metrics.jsonl, events.jsonl and state.json."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rollout_lab.live.disk import LineFile, replace_json
from rollout_lab.live.run_record import now

STAGE = "rl"


class RunJournal:
    """Values must be clean: finite numbers and text without lone surrogates."""

    def __init__(self, directory: Path, run_id: str, seconds: float) -> None:
        """`seconds`: wall seconds that earlier processes used."""
        self._directory = directory
        self._run_id = run_id
        self._began = time.monotonic() - seconds
        self._metrics = LineFile(directory / "metrics.jsonl")
        self._events = LineFile(directory / "events.jsonl")

    @property
    def seconds(self) -> float:
        """Wall seconds since the run first started."""
        return round(time.monotonic() - self._began, 3)

    def measure(self, step: int, values: Mapping[str, float]) -> None:
        if values:
            record = {"version": 1, "stage": STAGE, "step": step, "at": now(), "seconds": self.seconds}
            self._metrics.append([{**record, "values": dict(values)}])

    def event(self, type_: str, step: int, **told: Any) -> None:
        self._events.append([{"version": 1, "at": now(), "step": step, "type": type_, **told}])

    def state(self, status: str, step: int, steps: int, fault: Mapping[str, str] | None = None) -> None:
        replace_json(
            self._directory / "state.json",
            {
                "version": 1,
                "runId": self._run_id,
                "status": status,
                "stage": STAGE,
                "step": step,
                "steps": max(steps, step),
                "seconds": self.seconds,
                "updatedAt": now(),
                **({} if fault is None else {"error": dict(fault)}),
            },
        )

    def close(self) -> None:
        self._metrics.close()
        self._events.close()
