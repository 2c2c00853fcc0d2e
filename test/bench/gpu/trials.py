"""Which settings of TRL are tried, in which order, and one of them tried. The standard library is all that this imports."""
from __future__ import annotations

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Sequence

ARM = Path(__file__).resolve().parent.parent / "trl_arm.py"
MODES = ("default", "static", "continuous")
PARTS = 4
"""The smallest micro-batch is this part of the rollouts of a step."""

Trial = dict[str, Any]
"""`mode`, `microBatch`, `stepSeconds`; `outOfMemory` where that ended it, and what it said in `error`."""


@dataclass(frozen=True)
class Setting:
    mode: str
    micro_batch: int


def seconds_of(trial: Trial) -> float:
    return statistics.median(trial["stepSeconds"])


def fastest(trials: Sequence[Trial]) -> Trial | None:
    return min((trial for trial in trials if trial["stepSeconds"]), key=seconds_of, default=None)


def next_setting(trials: Sequence[Trial], rollouts: int) -> Setting | None:
    """Each mode with the whole batch at once, and with smaller parts of it where that is out of memory; then the fastest mode with
    smaller ones. None = all were tried."""
    for mode in MODES:
        tried = [trial for trial in trials if trial["mode"] == mode]
        size = tried[-1]["microBatch"] // 2 if tried else rollouts
        if not tried or (tried[-1].get("outOfMemory") and PARTS * size >= rollouts):
            return Setting(mode, size)
    best = fastest(trials)
    known = {(trial["mode"], trial["microBatch"]) for trial in trials}
    sizes = [] if best is None else [rollouts // 2, rollouts // PARTS]
    return next((Setting(best["mode"], size) for size in sizes if (best["mode"], size) not in known), None)


def attempt(setting: Setting, request: dict[str, Any], limit: float, arm: Path = ARM) -> Trial:
    """TRL in a process of its own, so that neither side finds the other's memory taken. What it cannot run, or not within `limit`
    seconds, is kept with the reason, and with the steps that it had ended."""
    asked = json.dumps({**request, "mode": setting.mode, "microBatch": setting.micro_batch})
    trial: Trial = {"mode": setting.mode, "microBatch": setting.micro_batch, "stepSeconds": []}
    try:
        ended = subprocess.run([sys.executable, str(arm), asked], capture_output=True, timeout=limit)
        out, said = ended.stdout, ended.stderr.decode(errors="replace") if ended.returncode != 0 else ""
    except subprocess.TimeoutExpired as late:
        out, said = late.stdout or b"", f"not done within {limit:.0f} s"
    # A line that was cut off has no end.
    lines = [line for line in out.decode(errors="replace").splitlines() if line.startswith('{"stepSeconds"') and line.endswith("}")]
    if lines:
        trial.update(json.loads(lines[-1]))
    if said:
        trial["error"] = said[-800:]
    if "out of memory" in said.lower():
        trial["outOfMemory"] = True
    return trial
