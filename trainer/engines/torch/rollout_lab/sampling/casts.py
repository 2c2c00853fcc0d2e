"""Weights in float32 that are computed with in bfloat16. Autocast casts each of them at each use, which for one token a row is most of the
work: all weights are read, written and read again. Here the casts are kept for the length of a call, where there is room."""
from __future__ import annotations

from contextlib import contextmanager
from typing import Iterator

import torch

from rollout_lab.models.loaded_model import LoadedModel

MOST_SHARE = 0.25
"""Of the free memory: half of it is for keys and values (plan.py)."""


def bytes_of_casts(model: LoadedModel) -> int:
    """Of all weights in the type that is computed with; 0 = they have it."""
    if model.compute_dtype == model.output_head().weight.dtype:
        return 0
    return sum(each.numel() for each in model.causal.parameters()) * model.compute_dtype.itemsize


def has_room_for_casts(model: LoadedModel) -> bool:
    """Main memory has: training holds eight times as much in it."""
    if model.device.type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(model.device)
    unused = torch.cuda.memory_reserved(model.device) - torch.cuda.memory_allocated(model.device)
    return bytes_of_casts(model) <= MOST_SHARE * (free + unused)


@contextmanager
def kept_casts(model: LoadedModel) -> Iterator[None]:
    """Within one autocast PyTorch keeps the casts of weights that want a gradient, as all in float32 do here; not so in its inference mode."""
    with torch.no_grad(), model.autocast():
        yield
