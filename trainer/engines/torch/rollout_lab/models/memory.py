"""Whether a model can be trained here at all, asked before anything is allocated."""
from __future__ import annotations

import os

import torch

from rollout_lab.errors import LabError

MASTER_BYTES = 4
"""Of each gradient and moment. Weights count as they are kept."""


def _total_bytes(device: torch.device) -> int:
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 1 << 62


def require_room(place: str, parameters: int, weight_bytes: int, trains_all: bool, device: torch.device) -> None:
    """Weights, gradient and two moments have to fit; with adapters alone trained, the weights. Rejects with
    `model/too-large`."""
    needed = parameters * (weight_bytes + (3 * MASTER_BYTES if trains_all else 0))
    there = _total_bytes(device)
    if needed < there:
        return
    raise LabError(
        "model", "model/too-large",
        f"{place}: {'training' if trains_all else 'holding'} {parameters} parameters takes {needed / 2**30:.1f} GiB, {device} has {there / 2**30:.1f}",
        place,
        remedy='Take a smaller model, "dtype": "bfloat16" with "lora", or bfloat16 weights without masters ("masterWeights": false).')
