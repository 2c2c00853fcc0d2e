"""What a run directory says of its run: `run.json`, and names in the trainer's form."""

from __future__ import annotations

import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rollout_lab.live.clean_values import clean_text


@dataclass(frozen=True)
class RunTerms:
    """What is told of a run when its recording starts."""

    name: str
    model: str
    """Folder or hub name; nothing is opened through it."""
    environment: str = ""
    """What the problems are, in a word: `gsm8k`."""
    notes: str = ""
    steps: int = 0
    """Steps that are planned; 0 = unknown."""
    seed: int = 0
    rewards: tuple[str, ...] = ()
    """Names of the reward parts, where they are known beforehand."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Weights of the reward parts; 1 where none is given."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Further fields of a run file, for comparisons: `groupSize`, `sampling`, `optimizer` … (see `run_settings.py`)."""
    source: str = ""
    """The loop's own configuration, as text."""
    recorded_by: str = "rollout_lab.live"
    """The program whose run it is."""


def run_record(terms: RunTerms, run_id: str, at: str, script: str) -> dict[str, Any]:
    """run.json. Readers fill in the trainer's defaults of what is left out; `recorded` says who really decided."""
    run: dict[str, Any] = {
        "engine": "torch",
        "name": clean_text(terms.name) or "run",
        "notes": clean_text(terms.notes),
        "model": clean_text(terms.model) or "unknown",
        "seed": terms.seed,
        "steps": terms.steps,
        "evaluation": {"problems": 0, "greedy": False},
        **terms.settings,
    }
    if terms.environment:
        run["environment"] = {"name": clean_text(terms.environment)}
    return {
        "version": 1,
        "runId": run_id,
        "createdAt": at,
        "run": run,
        "source": {"path": clean_text(script), "text": clean_text(terms.source)},
        "recorded": {"by": clean_text(terms.recorded_by), "rewards": [clean_text(name) for name in terms.rewards]},
    }


def default_folder(base: Path, terms: RunTerms, run_id: str) -> Path:
    """Where the views of a workspace look for runs: `.rollout-lab/runs/<name>--<model>--<id>`."""
    model = re.split(r"[\\/]", terms.model.rstrip("\\/"))[-1]
    return base / ".rollout-lab" / "runs" / "--".join(map(_plain_name, (terms.name, model, run_id)))


def new_run_id() -> str:
    """Sorts by time of creation: `20250131-142501-9f3a1c0b`."""
    return f"{datetime.now(timezone.utc):%Y%m%d-%H%M%S}-{secrets.token_hex(4)}"


def now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def reward_names(names: Sequence[str]) -> tuple[str, ...]:
    """The names, those that come twice with a number: records tell parts by name."""
    return tuple(name if name not in names[:i] else f"{name} {i + 1}" for i, name in enumerate(names))


def _plain_name(text: str) -> str:
    plain = unicodedata.normalize("NFKD", clean_text(text))
    plain = re.sub(r"[^A-Za-z0-9._]+", "-", plain).strip("-.")
    return plain[:60] or "unnamed"
