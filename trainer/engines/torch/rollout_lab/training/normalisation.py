"""What a term is averaged over: the weight of every completion token in the loss."""
from __future__ import annotations

from typing import Any

import torch


def token_weights(mask: torch.Tensor, sequence: torch.Tensor, count: int, normalisation: dict[str, Any]) -> torch.Tensor:
    """[R] mask × normalisation. mask: float64 [R]; sequence: int64 [R], which of the call's `count` sequences a row belongs to.

    Of the whole call, before it is cut into micro-batches, so that their gradients add up to that of one batch. What the caller does
    not give as `denominator` is at least 1, so that a batch without tokens gives 0.
    """
    kind = normalisation["kind"]
    denominator = normalisation.get("denominator")
    if denominator is None:
        denominator = max(1.0, float(mask.sum()) if kind == "tokenMean" else count)
    if kind == "tokenMean":
        return mask / denominator
    if kind == "constant":
        return mask / (denominator * normalisation["length"])
    per_sequence = masked_counts(mask, sequence, count).clamp(min=1)
    return mask / (denominator * per_sequence[sequence])


def masked_counts(mask: torch.Tensor, sequence: torch.Tensor, count: int) -> torch.Tensor:
    """[count] tokens of each sequence that contribute to the loss."""
    return torch.zeros(count, dtype=mask.dtype).index_add(0, sequence, mask)
