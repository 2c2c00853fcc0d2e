"""What a training call answers of its loss, summed over micro-batches."""
from __future__ import annotations

from typing import Any

import torch

from rollout_lab.training.loss_rows import LossRows
from rollout_lab.training.loss_terms import BatchLoss, Term, clip_bounds


def _has_ratio(term: Term) -> bool:
    return term["kind"] == "policyGradient" and term["ratio"] != "none"


class LossReport:
    """`known`: values of terms, by index, that are whole before any micro-batch is run (pairwise)."""

    def __init__(self, terms: list[Term], known: dict[int, float]) -> None:
        self._terms = terms
        self._values = [known.get(i, 0.0) for i in range(len(terms))]
        # The first term with a ratio is the one that ratios and clip shares are reported of.
        self._ratio_term = next((term for term in terms if _has_ratio(term)), None)
        self._masked = self._low = self._high = 0
        self._ratio_sum = self._ratio_max = 0.0

    def add(self, rows: LossRows, loss: BatchLoss) -> None:
        self._values = [total + value for total, value in zip(self._values, loss.values)]
        counted = rows.mask != 0
        masked = int(counted.sum())
        self._masked += masked
        if loss.ratios is not None and masked > 0:
            self._add_ratios(loss.ratios[counted], rows.advantages[counted])

    def _add_ratios(self, ratios: torch.Tensor, advantages: torch.Tensor) -> None:
        lowest, highest = clip_bounds(self._ratio_term)
        self._ratio_sum += float(ratios.sum())
        self._ratio_max = max(self._ratio_max, float(ratios.max()))
        if lowest is not None:
            self._low += int(((advantages < 0) & (ratios < lowest)).sum())
        if highest is not None:
            self._high += int(((advantages > 0) & (ratios > highest)).sum())

    def result(self) -> dict[str, Any]:
        masked = max(1, self._masked)
        has_ratios = self._ratio_term is not None and self._masked > 0
        return {
            "loss": sum(term["weight"] * value for term, value in zip(self._terms, self._values)),
            "termValues": self._values,
            "clippedLow": self._low / masked,
            "clippedHigh": self._high / masked,
            "meanRatio": self._ratio_sum / masked if has_ratios else 1.0,
            "maxRatio": self._ratio_max if has_ratios else 1.0
        }
