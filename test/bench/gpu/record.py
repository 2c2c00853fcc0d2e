"""What was measured so far, on the disk after each part: a machine that is lent may be gone in the middle. The standard library is all
that this imports, and `workload.py`."""
from __future__ import annotations

import json
import os
import statistics
from pathlib import Path
from typing import Any

from trials import Trial, fastest, seconds_of
from workload import Workload, decoding_bytes, training_flops

PARTS = ("floors", "ours", "trl")


class Record:
    def __init__(self, place: Path, work: Workload, head: dict[str, Any]) -> None:
        """Goes on with the record in this place, where there is one. `head`: of which machine, programs and size the figures are."""
        self._place, self._work, self._head = place, work, head
        self.parts: dict[str, Any] = {}
        if place.exists():
            before = json.loads(place.read_text())
            if {name: before.get(name) for name in head} != head:
                raise SystemExit(f"{place} was measured elsewhere or with other versions: name another file with --out.")
            self.parts = {name: before[name] for name in PARTS if name in before}

    @property
    def trials(self) -> list[Trial]:
        return self.parts.get("trl", [])

    def put(self, part: str, value: Any) -> None:
        self.parts[part] = value
        draft = self._place.with_suffix(".draft")
        draft.write_text(json.dumps(self.whole(), indent=2))
        os.replace(draft, self._place)

    def whole(self) -> dict[str, Any]:
        return {**self._head, **self.figures(), **self.parts}

    def figures(self) -> dict[str, Any]:
        """None = what it takes is not measured yet, or TRL ran in no setting."""
        floors, ours, best = self.parts.get("floors"), self.parts.get("ours"), fastest(self.trials)
        medians = {part: statistics.median(step[part] for step in ours["steps"]) for part in ("sampling", "update")} if ours else {}
        sampling, update = medians.get("sampling"), medians.get("update")
        return {
            "rollouts": self._work.rollouts, "samplingSeconds": sampling, "updateSeconds": update,
            "trlStepSeconds": seconds_of(best) if best else None,
            "ratioToTrl": seconds_of(best) / (sampling + update) if best and ours else None,
            "decodingShareOfBandwidth": decoding_bytes(self._work) / floors["bytesPerSecond"] / sampling if floors and ours else None,
            "trainingShareOfMatmulRate": training_flops(self._work) / floors["flopsPerSecond"] / update if floors and ours else None}

    def table(self) -> str:
        """For people, as Markdown."""
        found = self.figures()
        floors = self.parts.get("floors", {})
        rows = [
            ("copy within the device's memory", _figure(floors.get("bytesPerSecond"), 1e-9, "GB/s"), ""),
            ("bfloat16 product", _figure(floors.get("flopsPerSecond"), 1e-12, "TFLOP/s"), ""),
            ("ours: sampling", _figure(found["samplingSeconds"], 1, "s"), _figure(found["decodingShareOfBandwidth"], 1, "of the bandwidth floor")),
            ("ours: update", _figure(found["updateSeconds"], 1, "s"), _figure(found["trainingShareOfMatmulRate"], 1, "of the matmul rate")),
            *(_row_of(trial) for trial in self.trials),
            ("TRL's best over ours", _figure(found["ratioToTrl"], 1, "×"), "")]
        return "\n".join(["| part | measured | against |", "| --- | --- | --- |", *(f"| {' | '.join(row)} |" for row in rows)])


def _row_of(trial: Trial) -> tuple[str, str, str]:
    name = f"TRL: {trial['mode']} generation, micro-batch {trial['microBatch']}"
    said = (trial.get("error", "").strip().splitlines() or [""])[-1]
    return name, _figure(seconds_of(trial), 1, "s a step") if trial["stepSeconds"] else "ran in no time", said[:120].replace("|", "/")


def _figure(value: float | None, scale: float, unit: str) -> str:
    return "–" if value is None else f"{value * scale:.3g} {unit}"
