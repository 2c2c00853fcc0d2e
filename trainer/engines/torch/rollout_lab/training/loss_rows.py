"""What the loss terms read of a call's data, one row per completion token, in double precision on the CPU.

The loss of the rows is computed here, whatever the device: the model's log-probabilities come back after every micro-batch anyway,
and a few thousand rows cost less than the kernels that would read them.
"""
from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from rollout_lab.training.normalisation import masked_counts, token_weights

HEAD_TARGETS = {"stepReward": "stepLabels_T", "valueRegression": "returns_T"}
"""Terms of the reward head, and the field that each learns from."""


@dataclass(frozen=True)
class LossRows:
    """R rows, [R] float64 each; what a masked row would read is 0, so that it reads nothing."""

    mask: torch.Tensor
    """1 = contributes to the loss."""
    weights: torch.Tensor
    """Mask × normalisation."""
    advantages: torch.Tensor
    behaviour: torch.Tensor
    reference: torch.Tensor
    likelihood: torch.Tensor
    """Weights of crossEntropy."""
    sequence: torch.Tensor
    """int64 [R]: which of the call's sequences."""
    counts: torch.Tensor
    """[S] rows of each sequence that contribute, at least 1."""
    targets: dict[int, torch.Tensor]
    """Of the reward head's terms, by their index in the loss."""
    shares: dict[int, torch.Tensor]
    """What a row counts in the average of such a term; 0 without a target."""
    slopes: dict[int, torch.Tensor]
    """dL/dlogp of pairwise terms, by index, before the term's weight."""

    def at(self, rows: torch.Tensor) -> LossRows:
        """Some of the rows: int64 indices."""
        def part(by_term: dict[int, torch.Tensor]) -> dict[int, torch.Tensor]:
            return {i: values[rows] for i, values in by_term.items()}

        return LossRows(
            self.mask[rows], self.weights[rows], self.advantages[rows], self.behaviour[rows], self.reference[rows],
            self.likelihood[rows], self.sequence[rows], self.counts, part(self.targets), part(self.shares), part(self.slopes))


class RowIndex:
    """Where each sequence's completion tokens stand among the rows of a call."""

    def __init__(self, sequences: Sequence[dict[str, Any]]) -> None:
        self.lengths = [len(sequence["completion"]) for sequence in sequences]
        self.starts = [0]
        for length in self.lengths:
            self.starts.append(self.starts[-1] + length)

    @property
    def total(self) -> int:
        return self.starts[-1]

    def rows(self, members: Sequence[int]) -> torch.Tensor:
        """int64: the rows of some sequences, in their order."""
        return torch.cat([torch.arange(self.starts[i], self.starts[i + 1]) for i in members])

    def sequences(self) -> torch.Tensor:
        """int64 [R]: which sequence a row belongs to."""
        return torch.repeat_interleave(torch.arange(len(self.lengths)), torch.tensor(self.lengths, dtype=torch.long))

    def per_sequence(self, values: torch.Tensor) -> list[list[float]]:
        """[R] numbers as one list per sequence."""
        flat = values.tolist()
        return [flat[start:end] for start, end in zip(self.starts, self.starts[1:])]


def row_masks(data: Sequence[dict[str, Any]]) -> torch.Tensor:
    """float64 [R] of 0 and 1."""
    return (_column(data, lambda sequence: sequence.get("mask_T"), 1.0) != 0).double()


def loss_rows(
    data: Sequence[dict[str, Any]], index: RowIndex, mask: torch.Tensor, loss: dict[str, Any], slopes: dict[int, torch.Tensor]
) -> LossRows:
    sequence = index.sequences()
    normalisation = loss["normalisation"]

    def column(name: str, missing: float = 0.0) -> torch.Tensor:
        values = _column(data, lambda each: each.get(name), missing)
        return values.where(mask != 0, 0.0)

    targets, shares = {}, {}
    for i, term in enumerate(loss["terms"]):
        if term["kind"] in HEAD_TARGETS:
            targets[i], shares[i] = _head_rows(column(HEAD_TARGETS[term["kind"]], torch.nan), mask, normalisation.get("denominator"))
    return LossRows(
        mask=mask, weights=token_weights(mask, sequence, len(data), normalisation), advantages=column("advantages_T"),
        behaviour=column("behaviourLogprobs_T"), reference=column("referenceLogprobs_T"), likelihood=column("weights_T", 1.0),
        sequence=sequence, counts=masked_counts(mask, sequence, len(data)).clamp(min=1), targets=targets, shares=shares, slopes=slopes)


def _column(data: Sequence[dict[str, Any]], of: Callable[[dict[str, Any]], Sequence[float | None] | None], missing: float) -> torch.Tensor:
    """[R]; a field that is missing, and a null in one, count as `missing`."""
    values: list[float] = []
    for sequence in data:
        given = of(sequence)
        if given is None:
            values += [missing] * len(sequence["completion"])
        else:
            values += (missing if value is None else value for value in given) if None in given else given
    return torch.tensor(values, dtype=torch.float64)


def _head_rows(given: torch.Tensor, mask: torch.Tensor, denominator: float | None) -> tuple[torch.Tensor, torch.Tensor]:
    """Targets and shares of a term that is averaged over the tokens that have a target; nan stands for none."""
    counts = (mask != 0) & ~given.isnan()
    share = 1 / (denominator if denominator is not None else max(1, int(counts.sum())))
    return given.nan_to_num(nan=0.0), counts.double() * share
