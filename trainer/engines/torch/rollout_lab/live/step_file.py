"""The rollouts of one step: appended to an open file as they are scored, sealed whole with their advantages.

The layout is that of the trainer's `runLayout.ts`, and a step that is done again keeps what was recorded as superseded.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rollout_lab.live.disk import (
    MOST_LINE_BYTES,
    LineFile,
    cut_torn_line,
    is_plain_file,
    json_line,
    on_disk,
    read_lines,
    sync_folder,
    write_new,
)
from rollout_lab.live.rollout_fields import RolloutFields
from rollout_lab.live.rollout_record import (
    Complain,
    Record,
    RolloutPlace,
    add_token_figures,
    require_texts,
    rollout_record,
    spread_advantage,
    text_of,
)

_OPEN = {"train": "open-", "evaluation": "open-evaluation-"}
_SEALING = {"train": "sealing-", "evaluation": "sealing-evaluation-"}
_SEALED = {"train": "step-", "evaluation": "evaluation-"}


class StepFile:
    """A step whose rollouts are being recorded."""

    def __init__(self, folder: Path, place: RolloutPlace) -> None:
        """`place` is that of the step's first rollout; its attempt, group and sample are filled in here."""
        self._folder = folder
        self._open = folder / f"{_OPEN[place.kind]}{place.step:06d}.jsonl"
        self._sealed = folder / f"{_SEALED[place.kind]}{place.step:06d}.jsonl"
        self._earlier = self._recorded()
        attempt = max((record.get("attempt", 0) for record in self._earlier), default=0) + 1
        self.place = replace(place, attempt=attempt)
        self.records: list[Record] = []
        self._groups: dict[Any, int] = {}
        self._sizes: dict[int, int] = {}
        cut_torn_line(self._open)
        self._lines = LineFile(self._open)

    def append(
        self, rollouts: Sequence[RolloutFields], weights: Mapping[str, float], at: str, complain: Complain
    ) -> list[str]:
        """Records rollouts; their ids. Once this has returned, a killed process does not lose them."""
        for fields in rollouts:
            require_texts(fields, self.place.step)
        records = [rollout_record(fields, self._placed(fields, at), weights, complain) for fields in rollouts]
        lines = [json_line(record) for record in records]
        fitting = [(record, line) for record, line in zip(records, lines, strict=True) if len(line) <= MOST_LINE_BYTES]
        if len(fitting) < len(records):
            complain(f"rollouts of more than {MOST_LINE_BYTES} bytes")
        self._lines.append_lines([line for _, line in fitting])
        self.records += [record for record, _ in fitting]
        return [record["id"] for record in records]

    def weigh(self, advantages: Mapping[str, Any], complain: Complain) -> None:
        """Advantages by rollout id, of the completion or of each token; they are written when the step is sealed."""
        for record in self.records:
            advantage = advantages.get(record["id"])
            if advantage is not None and not spread_advantage(record["segments"][-1], advantage):
                complain("advantages that are not finite, or not one for each token")

    def detail(self, figures: Mapping[str, Mapping[str, Sequence[float]]], complain: Complain) -> None:
        """Log-probabilities and entropies by rollout id; they are written when the step is sealed."""
        for record in self.records:
            if record["id"] in figures:
                add_token_figures(record, figures[record["id"]], complain)

    def seal(self) -> None:
        """Closes the step; the sealed file appears whole or not at all."""
        sealing = self._folder / f"{_SEALING[self.place.kind]}{self.place.step:06d}.jsonl"
        lines = [
            json_line(record) for record in [*({**one, "superseded": True} for one in self._earlier), *self.records]
        ]
        self._lines.close()
        with on_disk(sealing):
            sealing.unlink(missing_ok=True)
            try:
                write_new(sealing, b"".join(lines))
                os.replace(sealing, self._sealed)
            except OSError:
                # On a full disk this makes the room to say so.
                sealing.unlink(missing_ok=True)
                raise
            self._open.unlink(missing_ok=True)
            sync_folder(self._folder)

    def close(self) -> None:
        """Leaves the step open, for readers to find as it is."""
        self._lines.close()

    def _placed(self, fields: RolloutFields, at: str) -> RolloutPlace:
        key = fields["group"] if "group" in fields else text_of(fields["prompt"])
        group = self._groups.setdefault(key, len(self._groups))
        sample = self._sizes.get(group, 0)
        self._sizes[group] = sample + 1
        return replace(self.place, group=group, sample=sample, at=at)

    def _recorded(self) -> list[Record]:
        """What earlier attempts at the step left."""
        by_id = {
            record["id"]: record
            for record in [*read_lines(self._sealed), *read_lines(self._open)]
            if isinstance(record.get("id"), str)
        }
        return list(by_id.values())


def recover_steps(folder: Path) -> None:
    """Puts right what a process killed while sealing a step left."""
    for name in sorted(os.listdir(folder)):
        if name.startswith("sealing-") and is_plain_file(folder / name):
            (folder / name).unlink()
    for kind, prefix in _OPEN.items():
        for opened in sorted(folder.glob(f"{prefix}[0-9]*.jsonl")):
            sealed = folder / f"{_SEALED[kind]}{opened.name.removeprefix(prefix)}"
            ids = {record.get("id") for record in read_lines(sealed)}
            if is_plain_file(opened) and ids and all(record.get("id") in ids for record in read_lines(opened)):
                opened.unlink()
