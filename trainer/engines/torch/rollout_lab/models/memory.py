"""Whether a model can be trained here at all, asked before anything is allocated."""
from __future__ import annotations

import torch

from rollout_lab.devices.host_memory import free_host_bytes, host_bytes
from rollout_lab.errors import LabError

MASTER_BYTES = 4
"""Of each gradient and moment. Weights count as they are kept."""
GIB = 2**30


def _total_bytes(device: torch.device) -> int | None:
    return torch.cuda.get_device_properties(device).total_memory if device.type == "cuda" else host_bytes()


def require_room(place: str, parameters: int, weight_bytes: int, trains_all: bool, device: torch.device) -> None:
    """Weights, gradient and two moments have to fit; with adapters alone trained, the weights. Rejects with
    `model/too-large`."""
    needed = parameters * (weight_bytes + (3 * MASTER_BYTES if trains_all else 0))
    there = _total_bytes(device)
    if there is not None and needed >= there:
        raise LabError(
            "model", "model/too-large",
            f"{place}: {'training' if trains_all else 'holding'} {parameters} parameters takes {needed / GIB:.1f} GiB, {device} has {there / GIB:.1f}",
            place, remedy='Take a smaller model, "dtype": "bfloat16" with "lora", or bfloat16 weights without masters ("masterWeights": false).')
    _require_host_room(place, parameters * weight_bytes)


def _require_host_room(place: str, needed: int) -> None:
    """A model is read and checked in the machine's own memory, whole, before it goes to its device."""
    free = free_host_bytes()
    if free is None or needed < free:
        return
    raise LabError(
        "model", "model/too-large",
        f"{place}: reading the model takes {needed / GIB:.1f} GiB of the machine's own memory, {free / GIB:.1f} are free", place,
        remedy='End other programs, give the machine or its container more memory or swap, take "dtype": "bfloat16" with "lora" or with '
        '"masterWeights": false, or take a smaller model.')
