"""Pairwise terms (preferences). The two sides of a pair may stand in different micro-batches, so that they are scored first: with all
log-probabilities known, the gradient is that of a weighted sum of log-probabilities, which micro-batches can take apart."""
from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from rollout_lab.training.loss_rows import RowIndex


@dataclass(frozen=True)
class PairTerm:
    """A pairwise term before its weight, averaged over the pairs."""

    value: float
    slopes: torch.Tensor
    """float64 [R]: dL/dlogp of every completion token of the call."""


def find_pairs(data: Sequence[dict[str, Any]]) -> list[tuple[int, int]]:
    """Chosen and rejected, in the order of the chosen sides, so that sums have one order."""
    sides = {"chosen": {}, "rejected": {}}
    for i, sequence in enumerate(data):
        pair = sequence.get("pair")
        if pair is not None:
            sides[pair["side"]][pair["name"]] = i
    return [(i, sides["rejected"][name]) for name, i in sides["chosen"].items()]


def pair_term(
    term: dict[str, Any], data: Sequence[dict[str, Any]], index: RowIndex, mask: torch.Tensor, logprobs: torch.Tensor,
    denominator: float | None
) -> PairTerm:
    """mask, logprobs: float64 [R]; rows of sequences without a pair are not read. The definitions stand in `engine.ts`."""
    pairs = find_pairs(data)
    divisor = denominator if denominator is not None else max(1, len(pairs))
    slopes = torch.zeros(index.total, dtype=torch.float64)
    value = 0.0
    for chosen, rejected in pairs:
        sides = [_Side.of(term, data[i], mask, logprobs, slice(index.starts[i], index.starts[i + 1])) for i in (chosen, rejected)]
        z = term["beta"] * (sides[0].score - sides[1].score) - term.get("margin", 0.0)
        loss, slope = _loss_of(term, z)
        value += loss / divisor
        for side, sign in zip(sides, (1, -1)):
            slopes[side.rows] += sign * term["beta"] * slope / divisor * side.shares
    return PairTerm(value, slopes)


@dataclass(frozen=True)
class _Side:
    rows: slice
    shares: torch.Tensor
    """What each row's log-probability adds to the score: the mask, or the mask over its sum."""
    score: float
    """Σ, or mean, of log π − log π_ref."""

    @classmethod
    def of(cls, term: dict[str, Any], sequence: dict[str, Any], mask: torch.Tensor, logprobs: torch.Tensor, rows: slice) -> _Side:
        kept = mask[rows]
        shares = kept / max(1.0, float(kept.sum())) if term.get("lengthNormalised") else kept
        given = sequence.get("referenceLogprobs_T")
        reference = torch.zeros_like(kept) if given is None else torch.tensor(given, dtype=torch.float64).where(kept != 0, 0.0)
        return cls(rows, shares, float((shares * (logprobs[rows] - reference)).sum()))


def _softplus(x: float) -> float:
    """log(1 + eˣ) without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _loss_of(term: dict[str, Any], z: float) -> tuple[float, float]:
    """Of one pair: the loss and its slope by z."""
    if term["variant"] == "hinge":
        return (1 - z, -1.0) if z < 1 else (0.0, 0.0)
    if term["variant"] == "ipo":
        distance = (z - 0.5) / term["beta"]
        return distance * distance, 2 * distance / term["beta"]
    smoothing = term.get("labelSmoothing", 0.0)
    return (1 - smoothing) * _softplus(-z) + smoothing * _softplus(z), _sigmoid(z) - 1 + smoothing
