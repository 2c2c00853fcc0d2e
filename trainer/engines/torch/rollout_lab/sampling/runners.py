"""Runs steps of decoding for the lanes in hand."""
from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Sequence

import torch

from rollout_lab.sampling.filters import SamplingSettings, pick_tokens
from rollout_lab.sampling.key_values import KeyValues
from rollout_lab.sampling.lanes import Lanes
from rollout_lab.sampling.layouts import PromptTable, RowLayout, SharedLayout
from rollout_lab.sampling.step import Step


class Made(Protocol):
    """What a launch makes, when it is ready."""

    def wait(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Tokens int64 [steps, B] and numbers float32 [steps, 3, B], on the CPU."""
        ...


class Runner(Protocol):
    steps: int
    """Steps of a launch."""
    ahead: int
    """Launches that may be under way while the host looks at an earlier one."""

    def batch(self, rows: int) -> int:
        """Lanes that are computed for so many rows."""
        ...

    def rows_changed(self, prompts: Sequence[int], stored: dict[int, int]) -> None:
        """`prompts`: each lane's place in the prompt store; `stored`: tokens there, by place."""
        ...

    def launch(self, rows: int, longest: int) -> Made:
        """`longest`: tokens in the row cache of the longest row."""
        ...


@dataclass(frozen=True)
class MadeNow:
    tokens: torch.Tensor
    numbers: torch.Tensor

    def wait(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.tokens.cpu(), self.numbers.cpu()


class PlainRunner:
    """Operator by operator, one step at a time: rows that end leave at once, and the batch is as large as its rows."""

    steps = 1
    ahead = 0

    def __init__(
        self, step: Step, lanes: Lanes, cache: KeyValues, store: KeyValues | None, settings: SamplingSettings
    ) -> None:
        """`store`: the prompts, where rows share them."""
        self._step, self._lanes, self._cache, self._store, self._settings = step, lanes, cache, store, settings
        self._table: PromptTable | None = None

    def batch(self, rows: int) -> int:
        return rows

    def rows_changed(self, prompts: Sequence[int], stored: dict[int, int]) -> None:
        if self._store is not None and prompts:
            shape = self._cache.shape
            self._table = PromptTable.of(list(prompts), stored, shape.device)

    def launch(self, rows: int, longest: int) -> MadeNow:
        layout = RowLayout.of(self._cache, self._lanes.lengths(rows), longest)
        if self._store is not None and self._table is not None:
            layout = SharedLayout.over(layout, self._store, self._table)
        step = self._step
        self._lanes.step(
            lambda tokens, positions: step.logits(step.states(tokens, positions, layout)), pick_tokens, rows, self._settings)
        return MadeNow(self._lanes.made_tokens[:, :rows], self._lanes.made_numbers[..., :rows])
