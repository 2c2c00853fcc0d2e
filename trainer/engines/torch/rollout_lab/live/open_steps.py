"""The steps of a run that rollouts are being recorded for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rollout_lab.live.rollout_fields import RolloutFields
from rollout_lab.live.rollout_record import Complain, Record, RolloutPlace
from rollout_lab.live.run_journal import STAGE, RunJournal
from rollout_lab.live.run_record import RunTerms, now
from rollout_lab.live.step_file import StepFile

Kind = str
"""`train` or `evaluation`."""


class OpenSteps:
    """Each has a file from its first rollout on, until it is sealed."""

    def __init__(self, directory: Path, terms: RunTerms, journal: RunJournal, complain: Complain) -> None:
        self._folder = directory / "rollouts"
        self._terms = terms
        self._journal = journal
        self._complain = complain
        self._open: dict[tuple[Kind, int], StepFile] = {}

    def record(
        self, step: int, rollouts: Sequence[RolloutFields], kind: Kind, policy_version: int | None
    ) -> list[str]:
        """Records rollouts; their ids."""
        if len(rollouts) == 0:
            return []
        opened = self._open.get((kind, step)) or self._begin(step, kind, policy_version)
        return opened.append(rollouts, self._terms.weights, now(), self._complain)

    def weigh(self, step: int, advantages: Mapping[str, Any], kind: Kind) -> None:
        opened = self._open.get((kind, step))
        if opened is not None:
            opened.weigh(advantages, self._complain)

    def detail(self, step: int, figures: Mapping[str, Mapping[str, Sequence[float]]], kind: Kind) -> None:
        opened = self._open.get((kind, step))
        if opened is not None:
            opened.detail(figures, self._complain)

    def seal(self, step: int, kind: Kind) -> list[Record] | None:
        """Closes the step; its records. None where no rollouts were recorded."""
        opened = self._open.pop((kind, step), None)
        if opened is None:
            return None
        opened.seal()
        return opened.records

    @property
    def begun(self) -> list[tuple[Kind, int]]:
        return list(self._open)

    def close(self) -> None:
        """Leaves them open, for readers to find as they are."""
        for opened in self._open.values():
            opened.close()
        self._open.clear()

    def _begin(self, step: int, kind: Kind, policy_version: int | None) -> StepFile:
        if policy_version is None:
            policy_version = max(0, step - 1) if kind == "train" else step
        place = RolloutPlace(kind, STAGE, step, 1, 0, 0, policy_version, self._terms.environment or "recorded", now())
        opened = self._open[(kind, step)] = StepFile(self._folder, place)
        if kind == "train":
            self._journal.event("stepStarted", step, stage=STAGE, attempt=opened.place.attempt)
        return opened
